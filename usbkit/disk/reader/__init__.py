"""A reader of drives that trusts nothing: MBR, FAT32 and exFAT, shared with the writer by their declared records only.

`examine` reads all of a drive's structure and never fails: what is wrong is named with its place. It ends in bounded
time and memory whatever the bytes are.
"""

from usbkit.disk.reader.examine import Examination, examine
from usbkit.disk.reader.source import Limits, ReadAt, Run, UnreadableError
from usbkit.disk.reader.volume import Entry, Note, stream

__all__ = ["Entry", "Examination", "Limits", "Note", "ReadAt", "Run", "UnreadableError", "examine", "stream"]
