"""Writing in D03."""
