"""Users (用户) and how they sign in."""
