"""``python -m usbkit.cli``: the same as ``usbkit``."""

from usbkit.cli.main import main

main()
