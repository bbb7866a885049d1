"""Work in separate processes: one worker per strand, side by side, each of which may hang or die alone."""
