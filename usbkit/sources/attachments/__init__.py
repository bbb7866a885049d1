"""Slides, photos and documents: do they match their names, do they open, and how do pages show them?

Everything here opens untrusted bytes: ``usbkit.sources.decoding`` runs it in a bounded process.
"""
