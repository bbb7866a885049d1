"""The fields of ``programme.toml`` and of a country manifest, each declared once.

Type, bounds, help and example of a field are declared only here, with the types of ``usbkit.manifest.values``: the
parser, its messages, the JSON Schema and the reference page come from these models. Checks across files (does this
recording exist?) are in ``usbkit.manifest.rules``.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, StringConstraints, Tag

from usbkit.core.messages import mark
from usbkit.manifest.kinds import Delivery, Kind, Route, VersionKind
from usbkit.manifest.quality import QUALITY_PATTERN, Original, parse_quality
from usbkit.manifest.values import (
    KEY_PATTERN,
    Clock,
    CountryCode,
    Day,
    EmailAddress,
    Flag,
    Id,
    Language,
    Line,
    Lines,
    Moment,
    Prose,
    RelativePath,
    Size,
    Texts,
    VolumeLabel,
    WebAddress,
)


class Model(BaseModel):
    """A table of a manifest: unknown keys are mistakes, values do not change after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class Contact(Model):
    """Whom a recipient writes to or calls, and where receipts go."""

    office: Lines = Field(description=mark("The office that answers, by language."), examples=[{"en": "Forum desk"}])
    email: EmailAddress | None = Field(
        None, description=mark("Where a receipt code is sent."), examples=["forum@example.org"]
    )
    telephone: Line | None = Field(None, description=mark("With country code."), examples=["+82 2 000 0000"])
    hours: Lines = Field(
        default_factory=dict,
        description=mark("When somebody answers, by language."),
        examples=[{"en": "Monday to Friday, 9:00 to 18:00, Seoul time"}],
    )
    languages: list[Language] = Field(
        default_factory=list, description=mark("Languages spoken there."), examples=[["ko", "en"]]
    )
    sample: Flag = Field(False, description=mark("True when this is invented: shown as SAMPLE, never sent."))


class Event(Model):
    """When and where the programme was held."""

    date: Day = Field(description=mark("The day."), examples=["2020-09-24"])
    time: Clock | None = Field(None, description=mark("Local time of the beginning."), examples=["14:00:00"])
    place: Lines = Field(default_factory=dict, description=mark("The place, by language."), examples=[{"en": "Seoul"}])


class Session(Model):
    id: Id = Field(description=mark("Short name used by recordings."), examples=["session-1"])
    title: Lines = Field(description=mark("Title by language."), examples=[{"en": "Session 1"}])


class Chapter(Model):
    at: Moment = Field(description=mark("Where it begins, h:mm:ss or m:ss."), examples=["12:34"])
    title: Lines = Field(description=mark("Title by language."), examples=[{"en": "In practice"}])


class Slides(Model):
    """One PDF, and when its pages were shown."""

    file: RelativePath = Field(description=mark("PDF in the media library."), examples=["slides/id-cards.pdf"])
    language: Language | None = Field(None, description=mark("The language it is written in."), examples=["en"])
    shown: list[Moment] = Field(
        default_factory=list,
        description=mark("Moment at which page 1, 2, 3 … came on; empty when nobody noted it."),
        examples=[["0:00", "1:30"]],
    )


class Picture(Model):
    file: RelativePath = Field(description=mark("JPEG or PNG in the media library."), examples=["photos/opening.jpg"])
    caption: Lines = Field(
        default_factory=dict, description=mark("What it shows, by language."), examples=[{"en": "The opening"}]
    )


class DemoVideo(Model):
    file: RelativePath = Field(description=mark("Video in the media library."), examples=["demos/gov24.mp4"])
    title: Lines = Field(description=mark("Title by language."), examples=[{"en": "Demonstration"}])


class Version(Model):
    """The same recording for those who do not see or hear it: a further video beside it."""

    kind: VersionKind = Field(description=mark("audio-description or sign-language."), examples=["sign-language"])
    file: RelativePath = Field(description=mark("Video in the media library."), examples=["videos/id-cards-signed.mp4"])
    title: Lines = Field(
        default_factory=dict,
        description=mark("What to call it, by language; its kind where nothing is said."),
        examples=[{"en": "Korean Sign Language"}],
    )


class SubtitleFile(Model):
    """A subtitle file whose reading needs a word from us; usually a plain path is enough."""

    file: RelativePath = Field(
        description=mark("SRT or WebVTT in the media library."), examples=["subtitles/id-cards.es.srt"]
    )
    encoding: Line | None = Field(None, description=mark("Overrules detection."), examples=["cp949"])
    allow: dict[Id, Prose] = Field(
        default_factory=dict,
        description=mark("Remarks that are accepted: their id and the reason."),
        examples=[{"subtitle-overlap": "Two people speak at once."}],
    )


def _subtitle_form(value: object) -> str:
    return "<path>" if isinstance(value, str) else "<table>"


#: A path, or a table where the reading needs a word from us; the tags in angle brackets never reach a message.
SubtitleEntry = Annotated[
    Annotated[RelativePath, Tag("<path>")] | Annotated[SubtitleFile, Tag("<table>")], Discriminator(_subtitle_form)
]


class Recording(Model):
    """One video of the programme, and what belongs to it."""

    id: Id = Field(description=mark("Short name; becomes part of file names."), examples=["id-cards"])
    session: Id | None = Field(None, description=mark("The session it was part of."), examples=["session-1"])
    kind: Kind = Field(description=mark("What it is."), examples=["presentation"])
    title: Lines = Field(
        description=mark("Title by language; English is the fallback."), examples=[{"en": "National ID cards"}]
    )
    summary: Texts = Field(
        default_factory=dict,
        description=mark("What it is about, by language."),
        examples=[{"en": "How cards are made and issued."}],
    )
    speaker: Lines = Field(
        default_factory=dict,
        description=mark("Who speaks, by language; empty when not stated."),
        examples=[{"en": "Director of the office"}],
    )
    organisation: Lines = Field(
        default_factory=dict, description=mark("On whose behalf, by language."), examples=[{"en": "The office"}]
    )
    source: RelativePath = Field(description=mark("Video in the media library."), examples=["videos/id-cards.mp4"])
    spoken: Language = Field(description=mark("Language spoken in the video."), examples=["ko"])
    subtitles: dict[Language, SubtitleEntry] = Field(
        default_factory=dict,
        description=mark("Subtitle file by language."),
        examples=[{"en": "subtitles/id-cards.en.srt"}],
    )
    captions: dict[Language, SubtitleEntry] = Field(
        default_factory=dict,
        description=mark("Captions for the deaf and hard of hearing, which describe sounds and name speakers."),
        examples=[{"ko": "subtitles/id-cards.ko.sdh.srt"}],
    )
    versions: list[Version] = Field(
        default_factory=list, description=mark("Versions with audio description or sign language.")
    )
    slides: list[Slides] = Field(default_factory=list, description=mark("Slides, in order."))
    photos: list[Picture] = Field(default_factory=list, description=mark("Photos, in order."))
    demos: list[DemoVideo] = Field(default_factory=list, description=mark("Demo videos shown in it."))
    chapters: list[Chapter] = Field(default_factory=list, description=mark("Chapters, in order of time."))
    sample: Flag = Field(False, description=mark("True when anything stated here is invented."))


class Answer(Model):
    """Where a question is answered."""

    recording: Id = Field(description=mark("The recording's id."), examples=["id-cards"])
    at: Moment = Field(description=mark("The moment, h:mm:ss or m:ss."), examples=["3:20"])
    sample: Flag = Field(False, description=mark("True when the moment is invented."))


class Question(Model):
    """A question sent in before the event."""

    id: Id = Field(description=mark("Short name."), examples=["cards-cost"])
    text: Texts = Field(description=mark("The question by language."), examples=[{"en": "What does a card cost?"}])
    asked_by: Lines = Field(
        default_factory=dict,
        description=mark("Who asked, by language; empty when not stated."),
        examples=[{"en": "A participant"}],
    )
    answers: list[Answer] = Field(default_factory=list, description=mark("Where it is answered."))
    sample: Flag = Field(False, description=mark("True when the question itself is invented."))


class SigningKey(Model):
    """The public half of a key that may sign this programme's seals."""

    name: Line = Field(description=mark("Whose key."), examples=["Archive desk 2020"])
    public: Annotated[str, StringConstraints(pattern=KEY_PATTERN)] = Field(
        description=mark("The minisign public key, 56 characters beginning with RW."), examples=["RW" + "A" * 54]
    )
    insecure_demo: Flag = Field(False, description=mark("True for the demo's well-known key only."))
    withdrawn: Day | None = Field(
        None,
        description=mark("The day from which nothing signed with it counts; set by usbkit key withdraw."),
        examples=["2021-03-01"],
    )


class Document(Model):
    """A document for the recipients of one country, from that country's own folder."""

    file: RelativePath = Field(description=mark("File in the folder named like the manifest."), examples=["letter.pdf"])
    title: Lines = Field(description=mark("Title by language."), examples=[{"en": "Covering letter"}])
    language: Language | None = Field(None, description=mark("The language it is written in."), examples=["es"])
    sample: Flag = Field(False, description=mark("True when it is invented."))


class Responsible(Model):
    """Who delivers what: the readiness page names them beside what is missing."""

    video: Line | None = Field(
        None, description=mark("Who delivers videos and demo videos."), examples=["Recording desk"]
    )
    subtitles: dict[Language, Line] = Field(
        default_factory=dict,
        description=mark("Who delivers subtitles, by their language."),
        examples=[{"es": "Spanish translators"}],
    )
    slides: Line | None = Field(None, description=mark("Who delivers slides."), examples=["Recording desk"])
    photos: Line | None = Field(None, description=mark("Who delivers photos."), examples=["Press desk"])
    documents: Line | None = Field(
        None, description=mark("Who delivers the countries' documents."), examples=["Country desk"]
    )


class Programme(Model):
    """The event whose recordings travel (``programme.toml``)."""

    id: Id = Field(description=mark("Short name of the programme."), examples=["forum-2020"])
    edition: int = Field(
        strict=True, ge=1, le=9999, description=mark("Rises by one with each release of drives."), examples=[1]
    )
    date: Day = Field(
        description=mark("The edition's date: every date written on a drive comes from it."), examples=["2020-10-30"]
    )
    title: Lines = Field(description=mark("Title by language."), examples=[{"en": "A forum"}])
    summary: Texts = Field(
        default_factory=dict,
        description=mark("A few sentences, by language."),
        examples=[{"en": "What the forum was about."}],
    )
    library: Line = Field(
        description=mark("The media library's folder, relative to this file."), examples=["../library"]
    )
    ledger: Line | None = Field(
        None,
        description=mark("The ledger: a file, relative to this one, or a database by URL."),
        examples=["ledger.sqlite"],
    )
    hub: Line | None = Field(
        None,
        description=mark("The hub that gives several stations numbers of one order: a PostgreSQL database by URL."),
        examples=["postgresql://usbkit_seoul@hub.example.org/usbkit"],
    )
    event: Event = Field(description=mark("When and where it was held."))
    organisers: list[Lines] = Field(
        min_length=1, description=mark("Organisers, each by language."), examples=[[{"en": "The ministry"}]]
    )
    website: WebAddress | None = Field(
        None, description=mark("Where the recordings also are."), examples=["https://www.example.org/forum"]
    )
    contact: Contact = Field(description=mark("Whom to write to."))
    key: list[SigningKey] = Field(default_factory=list, description=mark("Public halves of the signing keys."))
    session: list[Session] = Field(default_factory=list, description=mark("Sessions, in order."))
    recording: list[Recording] = Field(min_length=1, description=mark("Recordings, in order."))
    question: list[Question] = Field(default_factory=list, description=mark("Questions sent in advance."))
    ask: list[Lines] = Field(
        default_factory=list,
        max_length=3,
        description=mark("Questions of ours, three at most, that recipients are asked when a drive has arrived."),
        examples=[[{"en": "Which recording is of most use to you?"}]],
    )
    check_required: Flag = Field(
        False,
        description=mark("True when a drive must be checked before it is used: the covering letter then says so."),
    )
    responsible: Responsible | None = Field(None, description=mark("Who delivers what is missing."))
    sample: list[Line] = Field(
        default_factory=list,
        description=mark("Names of the fields of this file whose values are invented."),
        examples=[["contact"]],
    )


class Addressee(Model):
    """To whom the drives are addressed."""

    name: Line = Field(description=mark("Person or post."), examples=["His Excellency the Ambassador"])
    office: Line = Field(description=mark("The office."), examples=["Embassy of … in Seoul"])
    address: list[Line] = Field(
        default_factory=list, description=mark("Lines of the postal address."), examples=[["1 Sample Street", "Seoul"]]
    )
    sample: Flag = Field(False, description=mark("True when it is invented: shown as SAMPLE, never sent."))


class Country(Model):
    """What one country gets (``<country>.toml``); its stem names it on the command line."""

    code: CountryCode = Field(description=mark("ISO 3166-1 alpha-2 code."), examples=["GT"])
    name: Lines = Field(
        description=mark("The country's name by language."), examples=[{"en": "Guatemala", "es": "Guatemala"}]
    )
    interface: list[Language] = Field(
        min_length=1, description=mark("Languages of the pages, the first one first."), examples=[["es", "en"]]
    )
    subtitles: list[Language] = Field(
        min_length=1, description=mark("Languages of the subtitles, the first one first."), examples=[["es", "en"]]
    )
    recordings: list[Id] = Field(
        min_length=1, description=mark("Recordings by id, what the country asked for first."), examples=[["id-cards"]]
    )
    requested: list[Id] = Field(
        default_factory=list, description=mark("Those among them that it asked for."), examples=[["id-cards"]]
    )
    questions: list[Id] = Field(
        default_factory=list, description=mark("Questions of the programme shown here."), examples=[["cards-cost"]]
    )
    question: list[Question] = Field(default_factory=list, description=mark("Its own questions."))
    document: list[Document] = Field(default_factory=list, description=mark("Its own documents."))
    versions: list[VersionKind] | None = Field(
        None,
        description=mark("Which versions of the recordings it gets, [] for none; all where nothing is said."),
        examples=[["audio-description", "sign-language"]],
    )
    delivery: Delivery = Field(description=mark("website, usb or both."), examples=["usb"])
    route: Route | None = Field(None, description=mark("corps or mission; needed for USB drives."), examples=["corps"])
    addressee: Addressee | None = Field(None, description=mark("To whom the drives go."))
    drives: int = Field(0, strict=True, ge=0, le=999, description=mark("How many drives are wanted."), examples=[20])
    minimum_size: Size | None = Field(
        None, description=mark("Smallest drive wanted, as printed on its package."), examples=["16GB"]
    )
    filesystem: Literal["auto", "fat32", "exfat"] = Field(
        "auto", description=mark("auto takes FAT32 where it can."), examples=["auto"]
    )
    quality: Annotated[str, StringConstraints(pattern=QUALITY_PATTERN)] = Field(
        "original",
        description=mark("original; or a height such as 720p; or fit 16GB: the best picture that such a drive holds."),
        examples=["original", "720p", "fit 16GB"],
    )
    soft_subtitles: Flag = Field(
        False, description=mark("True puts the subtitles inside the video files too, for players that look there.")
    )
    edition: int | None = Field(
        None,
        strict=True,
        ge=1,
        le=9999,
        description=mark("Its own edition, where that is higher than the programme's: set by `usbkit approve`."),
        examples=[2],
    )
    date: Day | None = Field(None, description=mark("The date of its own edition."), examples=["2021-03-01"])
    label: VolumeLabel = Field(description=mark("Volume label, as a computer shows the drive."), examples=["FORUM2020"])
    sample: list[Line] = Field(
        default_factory=list,
        description=mark("Names of the fields of this file whose values are invented."),
        examples=[["drives"]],
    )

    @property
    def wants_videos_made(self) -> bool:
        """Whether any video must be transcoded instead of copied."""
        return self.soft_subtitles or not isinstance(parse_quality(self.quality), Original)

    def versions_of(self, recording: Recording) -> list[Version]:
        """Return the versions of ``recording`` that this country gets."""
        return [v for v in recording.versions if self.versions is None or v.kind in self.versions]

    def videos_of(self, recording: Recording) -> list[str]:
        """Return every video of ``recording`` that this country gets, the recording itself first, as the manifest
        writes them.
        """
        versions, demos = self.versions_of(recording), recording.demos
        return [recording.source, *(v.file for v in versions), *(d.file for d in demos)]
