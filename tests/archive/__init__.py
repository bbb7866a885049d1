"""Tests of ``usbkit.archive`` and of the two commands."""
