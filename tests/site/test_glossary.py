"""One word per thing in pages, check and letters, in every language: each catalogue uses the glossary's stem."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest
from babel.messages.pofile import read_po

from usbkit.core import package_data
from usbkit.manifest.values import LANGUAGE_NAMES

#: The English term as it stands in a string, by the name of the thing.
TERMS: Mapping[str, str] = {
    "drive": r"\bdrives?\b(?!\))",
    "verification letter": r"verification letter",
    "seal": r"\bseal\b",
    "fingerprint": r"\bfingerprint\b",
    "edition": r"\bedition\b",
    "senders": r"\bsenders\b",
}

#: The word for it: a pattern that its forms share. A new language is added here before it can be used.
GLOSSARY: Mapping[str, Mapping[str, str]] = {
    "es": {
        "drive": "unidad",
        "verification letter": "carta de verificación",
        "seal": "sello",
        "fingerprint": "huella",
        "edition": "edición",
        "senders": "remitentes",
    },
    "fr": {
        "drive": r"\bclés?\b",
        "verification letter": "lettre de vérification",
        "seal": "sceau",
        "fingerprint": "empreinte",
        "edition": "édition",
        "senders": "expéditeurs",
    },
    "ru": {
        "drive": "накопител",
        "verification letter": r"пис[а-я]+ для проверки",
        "seal": "пломб",
        "fingerprint": r"контрольн[а-я]+ код",
        "edition": "выпуск",
        "senders": "отправител",
    },
    "zh": {
        "drive": "U盘",
        "verification letter": "核验函",
        "seal": "封印",
        "fingerprint": "指纹",
        "edition": "版",
        "senders": "寄送方",
    },
    "ko": {
        "drive": "USB|드라이브",
        "verification letter": "확인 서한",
        "seal": "봉인",
        "fingerprint": "지문",
        "edition": "판",
        "senders": "보낸 기관",
    },
    "vi": {
        "drive": r"\bổ\b",
        "verification letter": "thư xác minh",
        "seal": "niêm phong",
        "fingerprint": "mã đối chiếu",
        "edition": "ấn bản",
        "senders": "bên gửi",
    },
    "id": {
        "drive": "drive",
        "verification letter": "surat verifikasi",
        "seal": "segel",
        "fingerprint": "sidik digital",
        "edition": "edisi",
        "senders": "pengirim",
    },
    "km": {
        "drive": "ឧបករណ៍",
        "verification letter": "លិខិតផ្ទៀងផ្ទាត់",
        "seal": "ត្រា",
        "fingerprint": "ស្នាមសម្គាល់",
        "edition": "បោះពុម្ព",
        "senders": "អ្នកផ្ញើ",
    },
    "my": {
        "drive": "ဒရိုက်|USB",
        "verification letter": "အတည်ပြုစာ",
        "seal": "တံဆိပ်",
        "fingerprint": "စစ်ဆေးရေးကုဒ်",
        "edition": "ထုတ်ဝေမှု",
        "senders": "ပေးပို့သူ",
    },
    "uz": {
        "drive": "disk",
        "verification letter": "tekshiruv xat",
        "seal": "muhr",
        "fingerprint": "nazorat kod",
        "edition": "nashr",
        "senders": "joʻnatuvchilar",
    },
    "ky": {
        "drive": "диск",
        "verification letter": "текшерүү кат",
        "seal": "мөөр",
        "fingerprint": "текшерүү код",
        "edition": "басылыш",
        "senders": "жөнөтүүчүлөр",
    },
    "ar": {
        "drive": "وحد",
        "verification letter": "رسالة التحقق",
        "seal": "ختم",
        "fingerprint": "بصم",
        "edition": "إصدار",
        "senders": "مرسل",
    },
}

#: Words that once stood for the same thing.
GONE: Mapping[str, str] = {
    "ru": r"печать\b|печати\b|печатью|издани|проверочн[а-я]+ письм",
    "zh": "核对函|存储盘|发送方|发件方",
    "ko": "서신|대본|이메일",
    "vi": r"kiểm chứng|\bbạn\b|dấu vân",
    "fr": r"\bsupports?\b|'",
    "es": "[“”]",
    "id": r"\bbrowser\b",
    "ky": "түзмө|USB диск|манжа изи",
    "uz": "barmoq izi",
    "my": "လက်ဗွေ",
    "km": "អក្សររត់",
}


def _strings(code: str) -> list[tuple[str, str, str]]:
    found = []
    for sub in ("", "verify/", "papers/"):
        with (package_data.templates() / "locales" / f"{sub}{code}.po").open("rb") as file:
            found += [(sub, str(m.id), str(m.string)) for m in read_po(file) if m.id]
    return found


def test_every_language_has_a_glossary() -> None:
    assert set(GLOSSARY) == set(LANGUAGE_NAMES) - {"en"}


@pytest.mark.parametrize("code", GLOSSARY)
def test_one_word_for_one_thing(code: str) -> None:
    wrong = [
        (sub, id, string)
        for sub, id, string in _strings(code)
        for thing, english in TERMS.items()
        if re.search(english, re.sub(r"%\(\w+\)s|\{\w+\}", "", id), re.IGNORECASE)
        and not re.search(GLOSSARY[code][thing], string, re.IGNORECASE)
    ]
    assert wrong == []


@pytest.mark.parametrize("code", GONE)
def test_no_other_word_for_it_is_left(code: str) -> None:
    assert [
        (s, id, string)
        for s, id, string in _strings(code)
        if id != "Print" and re.search(GONE[code], string, re.IGNORECASE)
    ] == []


@pytest.mark.parametrize("place", ["fr", "verify/fr", "papers/fr"])
def test_french_signs_are_not_torn_from_their_words(place: str) -> None:
    """« » and the signs of two parts have a space that no line breaks at (Imprimerie nationale)."""
    with (package_data.templates() / "locales" / f"{place}.po").open("rb") as file:
        said = [str(message.string) for message in read_po(file) if message.id]
    assert [text for text in said if re.search(r"« | [»:;?!]|«[^\u00a0]|[^\u00a0]»", text)] == []
