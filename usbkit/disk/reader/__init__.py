"""A reader of untrusted drives: MBR, FAT32 and exFAT; it shares only the declared records with the writer.

``examine`` reads all of a drive's structure and never fails: faults are reported with their place. Time and memory are
bounded for any input.
"""

from usbkit.disk.reader.examine import Examination, examine
from usbkit.disk.reader.source import Limits, ReadAt, Run, UnreadableError
from usbkit.disk.reader.volume import FoundEntry, Note, stream

__all__ = ["Examination", "FoundEntry", "Limits", "Note", "ReadAt", "Run", "UnreadableError", "examine", "stream"]
