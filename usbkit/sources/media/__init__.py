"""Videos as offices send them: their format, whether browsers play them, and a poster of each.

Nothing here changes a file. PyAV and the modules that open files are imported on first use.
"""

from typing import TYPE_CHECKING, Any

from usbkit.sources.media.model import Media

if TYPE_CHECKING:
    from usbkit.sources.media.poster import make_poster
    from usbkit.sources.media.probing import probe

__all__ = ["Media", "make_poster", "probe"]


def __getattr__(name: str) -> Any:
    if name == "make_poster":
        from usbkit.sources.media.poster import make_poster

        return make_poster
    if name == "probe":
        from usbkit.sources.media.probing import probe

        return probe
    raise AttributeError(name)
