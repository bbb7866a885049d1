"""Demonstration material: a small media library structured like a real one.

Everything is generated, nothing shipped: videos with sound, subtitles in six languages, slides and photos, each visibly
marked as a sample. The same versions of PyAV, Pillow and fpdf2 give the same bytes.
"""

from usbkit.demo.library import make_library

__all__ = ["make_library"]
