"""A plan made by hand, for tests of pages: three recordings, six languages, everything a page can show.

All of it is invented. The forum's own material comes with ``usbkit.demo``.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from usbkit.bundle.plan import Plan, plan_bundle
from usbkit.core.content import FileRange
from usbkit.manifest.models import Country, Programme
from usbkit.sources.inventory import Inventory, SourceFile
from usbkit.sources.media import Media
from usbkit.sources.subtitles import Cue, Track

SUBTITLES = ("en", "es", "ru", "zh", "vi", "km")

#: One sentence a language, with its number in it, so that a cue says where it belongs.
SENTENCES = {
    "en": "Sentence {n} about the national identity card.",
    "es": "Frase {n} sobre la cédula nacional de identidad.",
    "ru": "Предложение {n} о национальном удостоверении личности.",
    "zh": "第{n}句：关于国民身份证。",
    "vi": "Câu {n} về thẻ căn cước công dân.",
    "ko": "{n}번째 문장은 주민등록증에 관한 것입니다.",
    "km": "ប្រយោគទី {n} អំពីអត្តសញ្ញាណប័ណ្ណសញ្ជាតិខ្មែរ។",
    "my": "နိုင်ငံသားစိစစ်ရေးကတ်ပြား အကြောင်း စာကြောင်း {n}။",
    "fr": "Phrase {n} sur la carte nationale d’identité, à côté de l’état civil.",
    "ar": "الجملة {n} عن بطاقة الهوية الوطنية.",
}

PROGRAMME: dict[str, Any] = {
    "id": "sample-forum",
    "edition": 2,
    "date": "2020-09-24",
    "title": {
        "en": "Forum on Digital Government",
        "es": "Foro sobre Gobierno Digital",
        "ru": "Форум по цифровому правительству",
        "zh": "数字政府论坛",
        "vi": "Diễn đàn Chính phủ số",
        "ko": "디지털정부 포럼",
    },
    "summary": {
        "en": "What was shown and said, to look up again.",
        "es": "Lo que se mostró y se dijo, para volver a verlo.",
    },
    "library": "library",
    "event": {"date": "2020-09-24", "time": "14:00:00", "place": {"en": "Seoul", "es": "Seúl"}},
    "organisers": [{"en": "Ministry of Samples"}, {"en": "Institute of Samples"}],
    "website": "https://forum.example.org/2020",
    "contact": {
        "office": {"en": "Sample office"},
        "email": "forum@example.org",
        "telephone": "+82 2 000 0000",
        "hours": {"en": "Monday to Friday, 9:00–18:00 in Seoul"},
        "languages": ["en", "ko"],
        "sample": True,
    },
    "session": [
        {"id": "opening", "title": {"en": "Opening", "es": "Apertura"}},
        {"id": "one", "title": {"en": "Identity and registration", "es": "Identidad y registro"}},
    ],
    "recording": [
        {
            "id": "opening",
            "session": "opening",
            "kind": "opening",
            "title": {"en": "Opening message", "es": "Mensaje de apertura", "vi": "Thông điệp khai mạc"},
            "source": "opening.mp4",
            "spoken": "ko",
        },
        {
            "id": "civil-registration",
            "session": "one",
            "kind": "presentation",
            "title": {"en": "Civil registration", "es": "Registro civil", "vi": "Đăng ký hộ tịch"},
            "speaker": {"en": "A. Sample"},
            "organisation": {"en": "Ministry of Samples"},
            "source": "registration.mp4",
            "spoken": "ko",
            "chapters": [
                {"at": "0:00", "title": {"en": "Why register"}},
                {"at": "0:20", "title": {"en": "How it began"}},
            ],
            "sample": True,
        },
        {
            "id": "id-cards",
            "session": "one",
            "kind": "presentation",
            "title": {"en": "National identity cards", "es": "Cédulas nacionales de identidad"},
            "summary": {"en": "How a card is issued.\n\nWhat is printed on it."},
            "speaker": {"en": "B. Sample"},
            "source": "cards.mp4",
            "spoken": "ko",
            "slides": [{"file": "cards.pdf", "language": "en", "shown": ["0:00", "0:10", "0:30"]}],
            "photos": [{"file": "hall.jpg", "caption": {"en": "The hall"}}],
            "demos": [{"file": "demo.mp4", "title": {"en": "At the counter"}}],
            "chapters": [{"at": "0:00", "title": {"en": "The card"}}, {"at": "0:30", "title": {"en": "Issuing it"}}],
        },
    ],
    "question": [
        {
            "id": "lost-card",
            "text": {"en": "What happens when a card is lost?", "es": "¿Qué ocurre cuando se pierde una cédula?"},
            "answers": [{"recording": "id-cards", "at": "0:30", "sample": True}],
        }
    ],
}

#: What captions of these plans say of every sound.
APPLAUSE = "(♪ 12)"


def accessible(**changes: Any) -> dict[str, Any]:
    """The programme with Spanish captions, a described and a signed version of its recording about cards."""
    versions = [
        {"kind": "audio-description", "file": "cards-described.mp4"},
        {"kind": "sign-language", "file": "cards-signed.mp4", "title": {"en": "Guatemalan Sign Language"}},
    ]
    own = {"captions": {"es": "cards.es.sdh.srt"}, "versions": versions, **changes}
    return merged(
        PROGRAMME, recording=[merged(r, **own) if r["id"] == "id-cards" else r for r in PROGRAMME["recording"]]
    )


COUNTRY: dict[str, Any] = {
    "code": "GT",
    "name": {
        "en": "Guatemala",
        "es": "Guatemala",
        "ru": "Гватемала",
        "zh": "危地马拉",
        "ko": "과테말라",
        "km": "ហ្គាតេម៉ាឡា",
    },
    "interface": ["es", "en"],
    "subtitles": list(SUBTITLES),
    "recordings": ["id-cards", "opening", "civil-registration"],
    "requested": ["id-cards"],
    "questions": ["lost-card"],
    "document": [{"file": "note.pdf", "title": {"en": "A note", "es": "Una nota"}, "language": "es", "sample": True}],
    "delivery": "usb",
    "route": "corps",
    "label": "SAMPLE2020",
}


def make_track(language: str, count: int = 12, length: int = 4_000, gap: int = 1_000) -> Track:
    """``count`` cues of ``length`` milliseconds with ``gap`` between them, each saying its number."""
    sentence = SENTENCES.get(language, SENTENCES["en"])
    step = length + gap
    cues = tuple(Cue(i * step, i * step + length, sentence.format(n=i + 1)) for i in range(count))
    return Track(language, cues, "utf-8", cues_in=count)


def merged(base: Mapping[str, Any], **changes: Any) -> dict[str, Any]:
    return {**base, **changes}


def make_plan(
    folder: Path,
    programme: Mapping[str, Any] = PROGRAMME,
    country: Mapping[str, Any] = COUNTRY,
    tracks: Mapping[str, Mapping[str, Track]] | None = None,
    video: Path | None = None,
    poster: bytes = b"\xff\xd8\xff\xd9",
    duration: int = 60_000,
) -> Plan:
    """The plan of ``country`` with sources in ``folder``, where every file that is missing is written.

    ``video`` is copied for each video. ``tracks`` by recording and language stand in for `make_track`'s.
    """
    wanted: Sequence[str] = country["subtitles"]
    recordings = [
        merged(r, subtitles={code: f"{r['id']}.{code}.srt" for code in (tracks or {}).get(r["id"], wanted)})
        for r in programme["recording"]
    ]
    model = Programme.model_validate(merged(programme, recording=recordings))
    land = Country.model_validate(dict(country))
    return plan_bundle(
        model, land, "sample", _inventory(folder, model, land, tracks or {}, video, poster, duration), wanted
    )


def _inventory(
    folder: Path,
    programme: Programme,
    country: Country,
    tracks: Mapping[str, Mapping[str, Track]],
    video: Path | None,
    poster: bytes,
    duration: int,
) -> Inventory:
    media: dict[str, Media] = {}
    found: dict[str, Track] = {}
    names: list[str] = [f"sample/{d.file}" for d in country.document]
    for recording in programme.recording:
        films = country.videos_of(recording)
        media.update({f: Media(10**6, duration, "mp4", "h264", "aac", 640, 360, True) for f in films})
        names += [*films, *(s.file for s in recording.slides), *(p.file for p in recording.photos)]
        for language, path in recording.subtitles.items():
            found[str(path)] = tracks.get(recording.id, {}).get(language) or make_track(language)
        for language, path in recording.captions.items():
            track = make_track(language)
            cues = tuple(dataclasses.replace(cue, text=f"{APPLAUSE} {cue.text}") for cue in track.cues)
            found[str(path)] = dataclasses.replace(track, cues=cues)
    files = {name: _source(folder, name, video if name in media else None) for name in names}
    return Inventory(files, media, found, {r.source: poster for r in programme.recording})


def _source(folder: Path, name: str, like: Path | None) -> SourceFile:
    path = folder / name
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(like.read_bytes() if like else _standing_in(name))
    data, stat = path.read_bytes(), path.stat()
    return SourceFile(path, len(data), stat.st_mtime_ns, hashlib.sha256(data).hexdigest())


def _standing_in(name: str) -> bytes:
    if name.endswith(".jpg"):
        return _picture()
    if name.endswith(".pdf"):
        return make_pdf(["Issuing a national card", "Who may ask for one", "When a card is lost"])
    return name.encode()


def _picture() -> bytes:
    import io

    from PIL import Image

    buffer = io.BytesIO()
    Image.new("RGB", (320, 200), (60, 90, 120)).save(buffer, "JPEG")
    return buffer.getvalue()


def make_pdf(pages: Sequence[str]) -> bytes:
    """A PDF with one line of text a page."""
    from fpdf import FPDF

    pdf = FPDF(orientation="landscape", format=(148, 210))
    pdf.set_font("Helvetica", size=24)
    for text in pages:
        pdf.add_page()
        pdf.cell(text=text)
    return bytes(pdf.output())


def planned_bytes(content: object) -> bytes:
    """The bytes of a planned file, wherever they are."""
    if isinstance(content, FileRange):
        return content.path.read_bytes()[content.offset : content.offset + content.length]
    return dataclasses.asdict(content)["data"]  # type: ignore[call-overload,no-any-return]
