"""Limits on what an untrusted archive may demand, in one place, with their units."""

from __future__ import annotations

MIB = 2**20

#: Bytes of an index that is read; 100,000 files take some 10 MB.
MAX_INDEX = 32 * MIB
#: Archives in a pack and parts of one archive. Three digits number both.
MAX_ARCHIVES = 999
MAX_PARTS = 999

#: Bytes of an archive's header as it stands there, and unpacked.
MAX_PACKED_HEADER = 8 * MIB
MAX_HEADER = 24 * MIB
#: Files in one archive: as many as a seal can name (`usbkit.trust.sums.MAX_SUMS`).
MAX_FILES = 100_000
#: Independent streams in one archive, and those of them that are encrypted: each costs a key derivation of 0.3 s.
MAX_FOLDERS = 20_000
MAX_ENCRYPTED_FOLDERS = 200
#: Methods one after another on a stream: nobody needs more than a filter, a compressor and a cipher.
MAX_CODERS = 3
#: The key is derived by 2 to this many rounds of SHA-256. 7-Zip and py7zr use 19.
MAX_CYCLES = 20
#: Bytes of a compressor's dictionary: what 7-Zip's highest level takes.
MAX_DICTIONARY = 256 * MIB
#: Bytes that come out for one that goes in, where more than `RATIO_FROM` come out. Pages reach about 20.
MAX_RATIO = 200
RATIO_FROM = 64 * MIB
#: Bytes that a whole bundle may have: no stick that we write holds more (design section 8).
MAX_CONTENT = 256 * 10**9

#: Bytes of memory that unpacking may take beside the dictionary, and of address space.
EXTRACTION_DATA = 320 * MIB
EXTRACTION_SPACE = 1536 * MIB
#: CPU seconds that unpacking one archive may take beside one for so many bytes that come out.
EXTRACTION_SECONDS = 120
EXTRACTION_PACE = 2 * 10**6
