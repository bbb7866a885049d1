"""Images of drives: laid out and read in user space."""
