"""Drives: identify them, decide whether they may be written, write and verify them."""
