"""Slides as PDF, photos as JPEG: marked as samples on every page and picture."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from usbkit.demo.subjects import Subject

#: Every date in the demonstration; nothing comes from the clock.
_MADE = dt.datetime(2020, 9, 24, 5, 0, tzinfo=dt.UTC)

_PHOTO = (1280, 854)


def write_slides(path: Path, subject: Subject) -> None:
    """Write two landscape pages: a title, and the points."""
    from fpdf import FPDF

    pdf = FPDF(orientation="landscape", format="A4")
    pdf.set_creation_date(_MADE)
    pdf.set_title(f"{subject.title} (sample)")
    for heading, lines in ((subject.title, ("Sample slides",)), (f"{subject.title}: in practice", subject.points)):
        pdf.add_page()
        pdf.set_font("Helvetica", "B", 30)
        pdf.multi_cell(0, 16, heading, new_x="LMARGIN", new_y="NEXT")
        pdf.ln(10)
        pdf.set_font("Helvetica", "", 22)
        for line in lines:
            pdf.multi_cell(0, 14, f"- {line}", new_x="LMARGIN", new_y="NEXT")
        pdf.set_y(-30)
        pdf.set_font("Helvetica", "I", 12)
        pdf.cell(0, 8, f"SAMPLE: made by usbkit demo. Page {pdf.page_no()}")
    pdf.output(str(path))


def write_photo(path: Path, subject: Subject) -> None:
    """Draw a substitute for a photo: a hall with a screen that names the recording."""
    from PIL import Image, ImageDraw, ImageFont

    image = Image.new("RGB", _PHOTO, _rgb(subject.hue, 0.25, 0.85))
    pencil = ImageDraw.Draw(image)
    pencil.rectangle((0, 620, *_PHOTO), fill=_rgb(subject.hue, 0.45, 0.35))
    pencil.rectangle((200, 90, 1080, 520), fill=(250, 250, 250), outline=(60, 60, 60), width=6)
    pencil.text((640, 240), subject.title, font=ImageFont.load_default(34), fill=(30, 30, 30), anchor="mm")
    pencil.text((640, 330), "SAMPLE PHOTO", font=ImageFont.load_default(44), fill=(170, 0, 0), anchor="mm")
    for row, y in enumerate((650, 730)):
        for x in range(60 + row * 50, 1280, 120):
            pencil.ellipse((x, y, x + 56, y + 56), fill=(40, 40, 48))
            pencil.rounded_rectangle((x - 22, y + 52, x + 78, y + 180), 30, fill=(40, 40, 48))
    image.save(path, "JPEG", quality=85)


def _rgb(hue: int, saturation: float, value: float) -> tuple[int, int, int]:
    import colorsys

    r, g, b = colorsys.hsv_to_rgb(hue / 360, saturation, value)
    return round(r * 255), round(g * 255), round(b * 255)
