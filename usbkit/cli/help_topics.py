"""Words that people use when something happened to a drive, and the matching command line."""

from __future__ import annotations

from collections.abc import Sequence

from usbkit.core.messages import Text, _

#: A line for each thing that happens after drives were made, and the words, in English and Korean, that ask for it.
WAYS: Sequence[tuple[Text, tuple[str, ...]]] = (
    (
        _("A subtitle came or was corrected: usbkit check COUNTRY, then usbkit approve COUNTRY"),
        ("subtitle", "subtitles", "typo", "typos", "자막", "오타", "오역"),
    ),
    (
        _("Release what a country gets: usbkit approve COUNTRY"),
        ("release", "approval", "승인", "결재"),
    ),
    (
        _("Order drives: usbkit order add COUNTRY COUNT"),
        ("ordering", "주문"),
    ),
    (
        _("Labels of an order: usbkit label ORDER"),
        ("labels", "sticker", "stickers", "라벨", "스티커"),
    ),
    (
        _("Papers of a bag: usbkit dispatch ORDER; once it has left: usbkit ledger mark sent --order ORDER --bag N"),
        ("bag", "pouch", "행낭", "파우치"),
    ),
    (
        _("Codes in a workbook: usbkit receipt enter --batch FILE; drives as a table: usbkit ledger list --csv"),
        ("excel", "xlsx", "csv", "workbook", "spreadsheet", "엑셀"),
    ),
    (
        _("Drives left: usbkit ledger mark sent --order ORDER"),
        ("sent", "send", "left", "발송", "보냄", "보냈", "보내"),
    ),
    (
        _("A drive is lost: usbkit ledger mark lost DRIVE"),
        ("lost", "lose", "stolen", "missing", "분실", "도난", "잃어", "잃었", "없어졌", "사라졌"),
    ),
    (
        _("A lost drive turned up where it was sent: usbkit ledger mark found DRIVE"),
        ("found", "발견", "찾았", "되찾"),
    ),
    (
        _("A drive came back here: usbkit ledger mark returned DRIVE"),
        ("returned", "return", "back", "반송", "회수", "돌아왔", "돌아온"),
    ),
    (
        _("Another drive in place of one: usbkit order add COUNTRY --replaces DRIVE"),
        ("replace", "replaced", "replacement", "교체", "대체", "바꿔", "바꾸"),
    ),
    (
        _("The contents changed after drives were made: usbkit approve COUNTRY, then usbkit order renew ORDER"),
        (
            "renew",
            "outdated",
            "corrected",
            "correction",
            "changed",
            "갱신",
            "수정",
            "바뀌",
            "바뀐",
            "바뀜",
            "고치",
            "고쳐",
            "고쳤",
        ),
    ),
    (
        _("Nothing of an order is wanted: usbkit order cancel ORDER --reason WHY"),
        ("cancel", "cancelled", "취소", "철회"),
    ),
    (
        _("An order says something wrong: usbkit order correct ORDER"),
        ("correct", "fewer", "정정"),
    ),
    (
        _("Another office makes some of them: usbkit order split ORDER --numbers LIST -o FILE"),
        ("split", "abroad", "share", "해외", "재외공관"),
    ),
    (
        _("Somebody told what arrived, whole or damaged: usbkit receipt enter CODE, or the drive's reference"),
        (
            "arrived",
            "arrival",
            "damaged",
            "broken",
            "code",
            "도착",
            "손상",
            "파손",
            "깨졌",
            "깨진",
            "망가",
            "고장",
            "코드",
            "받았",
        ),
    ),
    (
        _("Something was said by mistake: usbkit ledger mark undo ENTRY (usbkit ledger show DRIVE names it)"),
        ("undo", "mistake", "wrong", "실수", "잘못", "되돌"),
    ),
    (
        _("A letter was not printed in time, or is needed again: usbkit letter verify ORDER"),
        ("print", "reprint", "paper", "인쇄", "서한", "출력"),
    ),
    (
        _("Next year's programme: usbkit new programme ID --from PROGRAMME"),
        ("year", "next", "내년", "다음", "새해"),
    ),
)


def find_way(word: str) -> Text | None:
    """Return the line for ``word``; None if the word matches none.

    A Korean word may have an ending behind it, such as a particle: the longest of ours that it begins with counts.
    """
    asked = word.strip("?!.,").lower()
    begun = [(len(known), said) for said, words in WAYS for known in words if _begins_with(asked, known)]
    return max(begun, key=lambda found: found[0])[1] if begun else None


def _begins_with(asked: str, known: str) -> bool:
    return asked == known or (not known.isascii() and asked.startswith(known))
