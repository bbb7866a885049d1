"""The content of a subtitle file in another format, as returned by both of its readers."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from usbkit.core.errors import InputError, Place
from usbkit.core.messages import Text, _
from usbkit.sources.subtitles.model import Cue
from usbkit.sources.subtitles.rules import find

_ASK = _("Ask for SubRip (.srt) or WebVTT (.vtt), as every subtitle program writes them.")


@dataclass(frozen=True, slots=True)
class Spoken:
    """A source's cues in its own order, the words found by a simple count, and the lines that neither includes.

    ``left_out`` are lines that no player shows: comments, drawings.
    """

    cues: tuple[Cue, ...]
    words: tuple[str, ...]
    left_out: tuple[str, ...] = ()


def words_of(texts: Iterable[str]) -> tuple[str, ...]:
    """The words of ``texts``, in order."""
    return tuple(word for text in texts for word in text.split())


def refuse(name: str, what: Text, line: int | None = None, todo: Text = _ASK) -> InputError:
    """The error that the file called ``name`` is not converted."""
    return InputError(find("subtitle-not-kept", what, Place(name, line), todo))


@contextmanager
def pysubs2_errors(name: str) -> Iterator[Any]:
    """Turn pysubs2's errors into ours and ignore its warnings: the result is compared anyway."""
    import pysubs2

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield pysubs2
    except KeyError as problem:
        raise refuse(name, _("it cannot be converted: {found} is missing", found=problem)) from problem
    except (ValueError, TypeError, IndexError, NotImplementedError, OverflowError, pysubs2.Pysubs2Error) as problem:
        raise refuse(name, _("it cannot be converted: {reason}", reason=problem)) from problem
