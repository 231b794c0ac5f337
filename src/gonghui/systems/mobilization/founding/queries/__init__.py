"""Reads about preparations and elections, and the figures of law in force."""
