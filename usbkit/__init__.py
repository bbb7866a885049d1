"""usbkit makes, proves and follows the USB drives that carry a programme's recordings."""

__version__ = "1.0.0rc2"
