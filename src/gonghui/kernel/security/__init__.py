"""Security events (安全事件), limits on attempts, and the guard of outgoing calls."""
