"""The visible text of a page, as passages."""

from __future__ import annotations

import pytest

from usbkit.diff.page_text import LARGEST_PAGE, read_passages


@pytest.mark.parametrize(
    ("page", "passages"),
    [
        ("<p>One</p><p>Two</p>", ["One", "Two"]),
        ("<p>One <b>bold</b> and <bdi>isolated</bdi></p>", ["One bold and isolated"]),
        ("<ul><li>a<li>b</ul>", ["a", "b"]),
        ("line<br>break", ["line", "break"]),
        ("<p>&lt;b&gt; &amp; &eacute;</p>", ["<b> & é"]),
        ("<title>unread</title><style>p{}</style><script>var a='<p>x</p>'</script><p>read</p>", ["read"]),
        ("<template><p>later</p></template>now", ["now"]),
        ("  <p> \n </p>  ", []),
        ("<p>never closed", ["never closed"]),
        ("</script></style><p>read</p>", ["read"]),
        ("<!-- said to nobody --><p>read</p>", ["read"]),
        ("", []),
    ],
)
def test_what_is_read(page: str, passages: list[str]) -> None:
    assert read_passages(page.encode()) == passages


def test_a_stranger_s_page_is_read_within_bounds() -> None:
    assert read_passages(b"\xff\xfe<p>odd\x00") != []
    assert len(read_passages(b"<p>x" * 20_000)) == 5_000
    assert [len(passage) for passage in read_passages(b"x" * 10**6)] == [2_000]
    assert read_passages(b" " * LARGEST_PAGE + b"behind") == []
