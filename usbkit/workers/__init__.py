"""Work in processes of its own: one worker a strand, side by side, each of which may hang or die alone."""
