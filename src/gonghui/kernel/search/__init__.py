"""Search over what the actor may see."""
