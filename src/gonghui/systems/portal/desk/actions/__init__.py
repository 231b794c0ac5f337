"""Everything that writes for the desk: notices by actions, a person's own arrangements plainly."""
