"""From plan to bundle: its files and their names, the seal over them, a folder of them, a lock of them."""
