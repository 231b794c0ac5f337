"""What C4.5 decides: pure, without Django, database or clock."""
