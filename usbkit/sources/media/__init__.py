"""Videos as offices send them: what they are, whether browsers play them, and a picture from each.

Nothing here changes a file. PyAV is imported when the first file is opened, not with this package.
"""

from usbkit.sources.media.model import Media
from usbkit.sources.media.poster import make_poster
from usbkit.sources.media.probing import probe

__all__ = ["Media", "make_poster", "probe"]
