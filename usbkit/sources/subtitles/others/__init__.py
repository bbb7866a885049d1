"""Subtitles in other formats (ASS, SSA, TTML, SBV), converted to SubRip if every sentence survives.

Each file is read twice: by pysubs2 (SBV by our own reader), and by a simple count of its spoken words. If the two
differ, nothing is written.
"""
