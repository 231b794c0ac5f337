"""Reads of the law library, consultation, cases, legislation, and the figures of law."""
