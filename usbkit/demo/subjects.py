"""The recordings of the forum of 2020 that the demo imitates."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Subject:
    """One recording: its id, its English title, and how its clip looks and sounds.

    ``hue`` in degrees; ``tone``, of the voice, in hertz; ``points`` are lines for a slide.
    """

    id: str
    number: int
    title: str
    hue: int
    tone: int
    points: tuple[str, ...] = ()
    has_demo: bool = False
    has_photo: bool = True


SUBJECTS = (
    Subject("opening", 1, "Opening message", 215, 110),
    Subject("promotion", 2, "Promotion video", 330, 165, has_photo=False),
    Subject(
        "civil-registration",
        3,
        "Civil registration",
        150,
        98,
        ("Who lives where", "Entered at a local office", "Relied on by other services"),
    ),
    Subject(
        "id-cards",
        4,
        "National ID cards",
        30,
        175,
        ("Issued from the register", "Checked without a copy", "Lost, reported, replaced"),
    ),
    Subject(
        "elections",
        5,
        "Election management",
        265,
        123,
        ("Lists of voters from the register", "Early voting", "Voting during an epidemic"),
    ),
    Subject(
        "government-24",
        6,
        "Government 24",
        190,
        185,
        ("One website, many services", "Forms filled in with what is known", "Certificates at home"),
        has_demo=True,
    ),
    Subject(
        "information-sharing",
        7,
        "Public Information Sharing System",
        100,
        104,
        ("Look instead of ask", "A legal reason for each look", "Data stay where they belong"),
    ),
    Subject(
        "local-governments",
        8,
        "Integrated Digital System for Local Governments",
        0,
        131,
        ("The same tools for all", "Changes of the law on one day", "Training and support"),
    ),
)
