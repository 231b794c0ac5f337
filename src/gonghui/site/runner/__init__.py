"""What `gonghui run` does: the supervisor, the processes it keeps, and the order they start in."""
