"""The records of MBR, FAT32 and exFAT, declared once for writing and reading."""
