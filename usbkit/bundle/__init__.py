"""From plan to bundle: which files under which names, the seal over them, a folder of them, a lock of them."""
