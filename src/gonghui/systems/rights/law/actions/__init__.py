"""The writers of the law library, consultation, cases, legislation and own notes."""
