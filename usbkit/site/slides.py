"""Slides as a page can show and search them: each page of a PDF as a picture, and its text."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SlidePage:
    """Page ``number`` (from 1) of a PDF: its text on one line, and where its picture stands in the bundle."""

    number: int
    text: str
    image: str | None
