"""One Korean word per thing: a message that names a thing uses the glossary's word and no earlier one."""

from __future__ import annotations

import re
from collections.abc import Mapping

from tests.support.cli import TOP
from usbkit.core.messages import read_catalogue

#: Words that once stood for a thing of the glossary.
GONE = (
    "서신|공문|원장|장부|사슬|보관함|동영상|여권|스테이션|이메일|참조 번호|암호구|발표 자료|온전|나가 있|열쇠"
    "|꾸러미|옛|다이제스트|되읽|까닭|살펴|모릅니다|우리 (?!재외공관)"
)

#: English words with a second meaning, in which they are another word in Korean.
AMBIGUOUS = frozenset(
    {"order", "pack", "whole", "version", "station", "label", "lock", "letter", "captions", "share", "write"}
)

#: Messages whose Korean says a thing without its name, since the sentence is about nothing else.
WITHOUT = frozenset(
    {
        "Is a country ready? What is missing or wrong, and what to do.",
        "What to count by (default: country).",
        "it is new since the country was locked",
        "through Korea's office in the country",
        "through the country's embassy in Korea",
        "A small library and Guatemala's drive, from manifest to verdict.",
        "End when no stick is being worked on, even if orders are open.",
        "hot-plug is noticed a second late",
        "Nothing is ordered. Order drives with: usbkit order add COUNTRY COUNT",
        "If these are more drives beside them, pass --yes.",
    }
)

#: What is typed as it stands: commands, options, fields, file names, placeholders.
_TYPED = re.compile(
    r"`[^`]*`|\{\w+\}|--[\w-]+|\[\[\w+\]\]|\b\w+ = \S+|\b[\w.]+\.(?:toml|json|html|py)\b|usbkit [a-z -]+|[A-Z]{3,}"
    r"|\w+=|build, image and write|Set route to \S+|default: [^)]*"
)


def glossary() -> Mapping[str, str]:
    """English word → pattern of its Korean words, of docs/glossary.md's last table."""
    section = (TOP / "docs/glossary.md").read_text(encoding="utf-8").split("## In Korean\n")[1]
    rows = re.findall(r"^\| (?!word|-)([^|]+?) \| ([^|]+?) \|$", section, re.M)
    return {word: "|".join(korean.split(", ")) for words, korean in rows for word in words.split(", ")}


def test_messages_use_the_words_of_the_glossary() -> None:
    words = {word: korean for word, korean in glossary().items() if word not in AMBIGUOUS}
    assert len(words) > 30
    for message, said in read_catalogue("ko").items():
        named = _TYPED.sub("", message)
        for word, korean in words.items():
            plural = rf"\b{word[:-1]}(?:y|ies)\b" if word.endswith("y") else rf"\b{word}s?\b"
            if re.search(plural, named, re.I) and message not in WITHOUT:
                assert re.search(korean, said), f"{message!r} names a {word}, and its Korean has no {korean}: {said!r}"


def test_no_message_uses_a_word_that_is_gone() -> None:
    for message, said in read_catalogue("ko").items():
        assert not re.search(GONE, said), f"{message!r}: {said!r}"
