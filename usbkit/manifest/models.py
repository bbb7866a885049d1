"""The fields of ``programme.toml`` and of a country manifest, each declared once.

Type, bound, help and example of a field stand here and nowhere else: the parser, its messages, the JSON Schema and the
reference page come from these models. What one file alone cannot tell (does this recording exist?) is checked in
``usbkit.manifest.rules``.
"""

from __future__ import annotations

import datetime as dt
import re
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from usbkit.manifest.units import parse_moment, parse_size

Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=40)]
Line = Annotated[str, StringConstraints(min_length=1, max_length=300, strip_whitespace=True)]
Prose = Annotated[str, StringConstraints(min_length=1, max_length=4000, strip_whitespace=True)]

# BCP 47 primary language subtags, the only form we use; "zh" is written in simplified characters.
LANGUAGE_NAMES = {
    "en": "English",
    "es": "Español",
    "ru": "Русский",
    "zh": "中文",
    "vi": "Tiếng Việt",
    "ko": "한국어",
    "fr": "Français",
    "id": "Bahasa Indonesia",
    "km": "ភាសាខ្មែរ",
    "my": "မြန်မာဘာသာ",
    "uz": "Oʻzbekcha",
    "ky": "Кыргызча",
    "ar": "العربية",
}


def _is_language(value: str) -> str:
    if value not in LANGUAGE_NAMES:
        raise ValueError(f"unknown language {value!r}")
    return value


def _is_relative(value: str) -> str:
    parts = re.split(r"[\\/]", value)
    if value.startswith(("/", "\\")) or re.match(r"^[A-Za-z]:", value) or ".." in parts:
        raise ValueError("must stay inside its folder")
    return value


Language = Annotated[str, AfterValidator(_is_language)]
RelativePath = Annotated[Line, AfterValidator(_is_relative)]
Moment = Annotated[int, BeforeValidator(parse_moment)]
Size = Annotated[int, BeforeValidator(parse_size)]
Lines = dict[Language, Line]
Texts = dict[Language, Prose]


class Model(BaseModel):
    """A table of a manifest: unknown keys are mistakes, values do not change after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Kind(StrEnum):
    OPENING = "opening"
    PROMOTION = "promotion"
    PRESENTATION = "presentation"
    DEMO = "demo"


class Route(StrEnum):
    CORPS = "corps"
    MISSION = "mission"


class Delivery(StrEnum):
    WEBSITE = "website"
    USB = "usb"
    BOTH = "both"


class Contact(Model):
    """Whom a recipient writes to or calls, and where receipts go."""

    office: Lines = Field(description="The office that answers, by language.")
    email: Line | None = Field(None, description="Where a receipt code is sent.", examples=["forum@example.org"])
    telephone: Line | None = Field(None, description="With country code.", examples=["+82 2 000 0000"])
    hours: Lines = Field(default_factory=dict, description="When somebody answers, by language.")
    languages: list[Language] = Field(default_factory=list, description="Languages spoken there.")
    sample: bool = Field(False, description="True when this is invented: shown as SAMPLE, never sent.")


class Event(Model):
    """When and where the programme was held."""

    date: dt.date = Field(description="The day.", examples=["2020-09-24"])
    time: dt.time | None = Field(None, description="Local time of the beginning.", examples=["14:00:00"])
    place: Lines = Field(default_factory=dict, description="The place, by language.")


class Session(Model):
    id: Id = Field(description="Short name used by recordings.", examples=["session-1"])
    title: Lines = Field(description="Title by language.")


class Chapter(Model):
    at: Moment = Field(description="Where it begins, h:mm:ss or m:ss.", examples=["12:34"])
    title: Lines = Field(description="Title by language.")


class Slides(Model):
    """One PDF, and when its pages were shown."""

    file: RelativePath = Field(description="PDF in the media library.", examples=["slides/id-cards.pdf"])
    language: Language | None = Field(None, description="The language it is written in.")
    shown: list[Moment] = Field(
        default_factory=list,
        description="Moment at which page 1, 2, 3 … came on; empty when nobody noted it.",
    )


class Picture(Model):
    file: RelativePath = Field(description="JPEG or PNG in the media library.", examples=["photos/opening.jpg"])
    caption: Lines = Field(default_factory=dict, description="What it shows, by language.")


class DemoVideo(Model):
    file: RelativePath = Field(description="Video in the media library.", examples=["demos/gov24.mp4"])
    title: Lines = Field(description="Title by language.")


class SubtitleFile(Model):
    """A subtitle file whose reading needs a word from us; usually a plain path is enough."""

    file: RelativePath = Field(description="SRT or WebVTT in the media library.")
    encoding: Line | None = Field(None, description="Overrules detection.", examples=["cp949"])
    allow: dict[Id, Prose] = Field(
        default_factory=dict, description="Remarks that are accepted: their id and the reason."
    )


class Recording(Model):
    """One video of the programme, and what belongs to it."""

    id: Id = Field(description="Short name; becomes part of file names.", examples=["id-cards"])
    session: Id | None = Field(None, description="The session it was part of.")
    kind: Kind = Field(description="What it is.")
    title: Lines = Field(description="Title by language; English is the fallback.")
    summary: Texts = Field(default_factory=dict, description="What it is about, by language.")
    speaker: Lines = Field(default_factory=dict, description="Who speaks, by language; empty when not stated.")
    organisation: Lines = Field(default_factory=dict, description="On whose behalf, by language.")
    source: RelativePath = Field(description="Video in the media library.", examples=["videos/id-cards.mp4"])
    spoken: Language = Field(description="Language spoken in the video.")
    subtitles: dict[Language, RelativePath | SubtitleFile] = Field(
        default_factory=dict, description="Subtitle file by language."
    )
    slides: list[Slides] = Field(default_factory=list, description="Slides, in order.")
    photos: list[Picture] = Field(default_factory=list, description="Photos, in order.")
    demos: list[DemoVideo] = Field(default_factory=list, description="Demo videos shown in it.")
    chapters: list[Chapter] = Field(default_factory=list, description="Chapters, in order of time.")
    sample: bool = Field(False, description="True when anything stated here is invented.")


class Answer(Model):
    """Where a question is answered."""

    recording: Id = Field(description="The recording's id.")
    at: Moment = Field(description="The moment, h:mm:ss or m:ss.", examples=["3:20"])
    sample: bool = Field(False, description="True when the moment is invented.")


class Question(Model):
    """A question sent in before the event."""

    id: Id = Field(description="Short name.")
    text: Texts = Field(description="The question by language.")
    asked_by: Lines = Field(default_factory=dict, description="Who asked, by language; empty when not stated.")
    answers: list[Answer] = Field(default_factory=list, description="Where it is answered.")
    sample: bool = Field(False, description="True when the question itself is invented.")


class SigningKey(Model):
    """The public half of a key that may sign this programme's seals."""

    name: Line = Field(description="Whose key.", examples=["Archive desk 2020"])
    public: Annotated[str, StringConstraints(pattern=r"^RW[A-Za-z0-9+/]{54}$")] = Field(
        description="The minisign public key, 56 characters beginning with RW."
    )
    insecure_demo: bool = Field(False, description="True for the demo's well-known key only.")


class Document(Model):
    """A document for the recipients of one country, from that country's own folder."""

    file: RelativePath = Field(description="File in the folder named like the manifest.")
    title: Lines = Field(description="Title by language.")
    language: Language | None = Field(None, description="The language it is written in.")
    sample: bool = Field(False, description="True when it is invented.")


class Programme(Model):
    """The event whose recordings travel (``programme.toml``)."""

    id: Id = Field(description="Short name of the programme.", examples=["forum-2020"])
    edition: int = Field(ge=1, le=9999, description="Rises by one with each release of drives.")
    date: dt.date = Field(description="The edition's date: every date written on a drive comes from it.")
    title: Lines = Field(description="Title by language.")
    summary: Texts = Field(default_factory=dict, description="A few sentences, by language.")
    library: Line = Field(description="The media library's folder, relative to this file.", examples=["../library"])
    event: Event = Field(description="When and where it was held.")
    organisers: list[Lines] = Field(min_length=1, description="Organisers, each by language.")
    website: Line | None = Field(None, description="Where the recordings also are.")
    contact: Contact = Field(description="Whom to write to.")
    key: list[SigningKey] = Field(default_factory=list, description="Public halves of the signing keys.")
    session: list[Session] = Field(default_factory=list, description="Sessions, in order.")
    recording: list[Recording] = Field(min_length=1, description="Recordings, in order.")
    question: list[Question] = Field(default_factory=list, description="Questions sent in advance.")


class Addressee(Model):
    """To whom the drives are addressed."""

    name: Line = Field(description="Person or post.", examples=["His Excellency the Ambassador"])
    office: Line = Field(description="The office.", examples=["Embassy of … in Seoul"])
    address: list[Line] = Field(default_factory=list, description="Lines of the postal address.")
    sample: bool = Field(False, description="True when it is invented: shown as SAMPLE, never sent.")


class Country(Model):
    """What one country gets (``<country>.toml``); its stem names it on the command line."""

    code: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")] = Field(
        description="ISO 3166-1 alpha-2 code.", examples=["GT"]
    )
    name: Lines = Field(description="The country's name by language.")
    interface: list[Language] = Field(min_length=1, description="Languages of the pages, the first one first.")
    subtitles: list[Language] = Field(min_length=1, description="Languages of the subtitles, the first one first.")
    recordings: list[Id] = Field(min_length=1, description="Recordings by id, what the country asked for first.")
    requested: list[Id] = Field(default_factory=list, description="Those among them that it asked for.")
    questions: list[Id] = Field(default_factory=list, description="Questions of the programme shown here.")
    question: list[Question] = Field(default_factory=list, description="Its own questions.")
    document: list[Document] = Field(default_factory=list, description="Its own documents.")
    delivery: Delivery = Field(description="website, usb or both.")
    route: Route | None = Field(None, description="corps or mission; needed for USB drives.")
    addressee: Addressee | None = Field(None, description="To whom the drives go.")
    drives: int = Field(0, ge=0, le=999, description="How many drives are wanted.")
    minimum_size: Size | None = Field(
        None, description="Smallest drive wanted, as the shop says it.", examples=["16GB"]
    )
    filesystem: Literal["auto", "fat32", "exfat"] = Field("auto", description="auto takes FAT32 where it can.")
    quality: Line = Field("original", description="original, or a height such as 720p.")
    label: Annotated[str, StringConstraints(min_length=1, max_length=11)] = Field(
        description="Volume label, as a computer shows the drive.", examples=["FORUM2020"]
    )
    sample: list[Line] = Field(
        default_factory=list, description="Names of the fields of this file whose values are invented."
    )
