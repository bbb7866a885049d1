"""usbkit makes, proves and follows the USB drives that carry a programme's recordings."""

__version__ = "0.1.0"
