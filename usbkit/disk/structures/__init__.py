"""The records of MBR, FAT32 and exFAT, declared once; shared by what writes them and what reads them."""
