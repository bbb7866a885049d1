"""Demonstration material: a small media library with the shape of a real one.

Everything is made, nothing shipped: moving pictures with sound, subtitles in six languages, slides and photos. Each
says on its face that it is a sample. The same versions of PyAV, Pillow and fpdf2 give the same bytes.
"""

from usbkit.demo.library import make_library

__all__ = ["make_library"]
