"""Slides, photos and documents: are they what their names say, can they be opened, and how do pages show them?

Everything here opens a stranger's bytes: `usbkit.sources.decoding` runs it in a bounded process.
"""
