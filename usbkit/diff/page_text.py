"""The visible text of a page, passage by passage, to compare two pages."""

from __future__ import annotations

from html.parser import HTMLParser

#: Elements within a sentence; every other one ends a passage.
_INLINE = frozenset(
    (
        *("a", "abbr", "b", "bdi", "bdo", "cite", "code", "em", "i", "kbd", "mark"),
        *("q", "s", "small", "span", "strong", "sub", "sup", "time", "u", "wbr"),
    )
)

#: Elements whose content nobody reads.
_UNREAD = frozenset(("script", "style", "template", "title"))

#: Bytes of a page, passages of it and characters of one beyond which no more is read: a stranger may have written it.
LARGEST_PAGE = 4 * 2**20
_MOST, _LONGEST = 5_000, 2_000


class _Passages(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self._now: list[str] = []
        self._unread = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._unread += tag in _UNREAD
        self._break(tag)

    def handle_endtag(self, tag: str) -> None:
        self._unread -= tag in _UNREAD and self._unread > 0
        self._break(tag)

    def handle_data(self, data: str) -> None:
        if not self._unread:
            self._now.append(data)

    def close(self) -> None:
        super().close()
        self._break("html")

    def _break(self, tag: str) -> None:
        if tag in _INLINE:
            return
        passage = " ".join("".join(self._now).split())
        self._now.clear()
        if passage and len(self.found) < _MOST:
            self.found.append(passage[:_LONGEST])


def read_passages(page: bytes) -> list[str]:
    """Return the passages of ``page``, in order."""
    reader = _Passages()
    reader.feed(page[:LARGEST_PAGE].decode("utf-8", "replace"))
    reader.close()
    return reader.found
