"""Drives: who they are, whether they may be written, writing and proving them."""
