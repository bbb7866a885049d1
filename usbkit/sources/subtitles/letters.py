"""Which characters each language writes often: what tells encodings and languages apart.

Frequencies are of ordinary prose. The lists name the commonest characters only; a text in the language has most of its
letters among them, a text decoded wrongly next to none.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class Writing:
    """How a language is written: ``usual`` are the commonest of its non-ASCII letters.

    ``share`` is the part of all letters that are not ASCII in ordinary text: near 1 where the script is its own.
    """

    usual: frozenset[str]
    share: tuple[float, float]


_KOREAN = (
    "이다는을의에가고은하지한로기서도사인정자리어시대나스라해수보그일아부제있전만구들니게동장주공상으와과까면요며원"
    "것세비조치마안여러방성무계년신위등관선유화중성진우국당민통소경행영생명물문체식모실개회법습음용월분양단집연내때"
    "터더받말및간저입합된될두번오미술산업학교육발표현재출국책임권각같처럼없않못알바야오네요투름록거직속품질결과답질문"
    "토론포럼정보시스템서비스디지털등록증선거관리예시문장"
)
_CHINESE = (
    "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多"
    "定行学法所民得经十三之进着等部度家电力里如水化高自二理起小物现实加量都两体制机当使点从业本去把性好应开它合还因"
    "由其些然前外天政四日那社义事平形相全表间样与关各重新线内数正心反你明看原又么利比或但质气第向道命此变条只没结解"
    "问意建月公无系军很情者最立代想已通并提直题党程展五果料象员革位入常文总次品式活设及管特件长求老头基资边流路级少"
    "图山统接知较将组见计别她手角期根论运农指几九区强放决西被干做必战先回则任取据处队南给色光门即保治北造百规热领七"
    "海口东导器压志世金增争济阶油思术极交受联什认六共权收证改清己美再采转更单风切打白教速花带安场身车例真务具万每目"
    "至达走积示议声报斗完类八离华名确才科张信马节话米整空元况今集温传土许步群广石记需段研界拉林律叫且究观越织装影算"
    "低持音众书布复容儿须际商非验连断深难近千周委素技备半办青省列习响约支般史感劳便团往历市克何除消构府称太准精值号"
    "率族维划选标写存候毛亲快效斯院查江型眼王按格养易置派层片始却专状育厂京识适属圆包火住调满县局照参红细引听该铁价"
    "严龙飞居登份票投网站服市镇您请谢让吗呢吧啊示例字"
)
_TRADITIONAL = "們國學來時會對這個說過還開關長門間問電話書見動員產業務資訊證選舉機應發點麼樣總統經濟當實現數據"
_RUSSIAN = "оеаинтсрвлкмдпуяыь"
_VIETNAMESE = "àáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵ"
_SPANISH = "áéíóúñü¿¡ºª"
_FRENCH = "àâæçéèêëîïôœùûüÿ«»"
_WESTERN = "áéíóúñüàâçèêëîïôùûäößœæøå¿¡«»"
_TYPOGRAPHY = "–—‘’“”„…•·°©®€£§«»\u00a0№"


def _both_cases(letters: str) -> frozenset[str]:
    return frozenset(letters + letters.upper())


WRITINGS = {
    "ko": Writing(frozenset(_KOREAN), (0.5, 1.0)),
    "zh": Writing(frozenset(_CHINESE), (0.5, 1.0)),
    "ru": Writing(_both_cases(_RUSSIAN), (0.5, 1.0)),
    "ky": Writing(_both_cases(_RUSSIAN + "өүң"), (0.5, 1.0)),
    "vi": Writing(_both_cases(_VIETNAMESE), (0.05, 0.6)),
    "es": Writing(_both_cases(_SPANISH), (0.0, 0.25)),
    "fr": Writing(_both_cases(_FRENCH), (0.0, 0.25)),
    "en": Writing(_both_cases(_WESTERN), (0.0, 0.1)),
    "id": Writing(_both_cases(_WESTERN), (0.0, 0.1)),
    "uz": Writing(_both_cases(_WESTERN + "ʻʼ"), (0.0, 0.1)),
}

TYPOGRAPHY = frozenset(_TYPOGRAPHY)

TRADITIONAL = frozenset(_TRADITIONAL)


def plausibility(text: str, language: str) -> float:
    """From 0 to 1: how much ``text`` looks like ``language`` by its non-ASCII characters."""
    writing = WRITINGS.get(language)
    strange = [c for c in text if ord(c) > 0x7F and c not in TYPOGRAPHY]
    if writing is None:
        return 0.0
    letters = [c for c in text if c.isalpha()]
    if not strange or not letters:
        return 0.5
    usual = sum(c in writing.usual or c in _WIDE_PUNCTUATION for c in strange) / len(strange)
    lowest, highest = writing.share
    share = sum(ord(c) > 0x7F for c in letters) / len(letters)
    distance = max(lowest - share, share - highest, 0.0)
    return max(0.0, usual - distance) * _case_sense(text)


_WIDE_PUNCTUATION = frozenset("，。、；：？！“”‘’（）《》「」『』—…·０１２３４５６７８９％")


def _case_sense(text: str) -> float:
    """1 where capitals begin words, as in prose; 0 where they stand inside them, as in a text decoded wrongly."""
    pairs = [(a, b) for a, b in pairwise(text) if a.isalpha() and b.isalpha() and (a.islower() or a.isupper())]
    wrong = sum(a.islower() and b.isupper() for a, b in pairs)
    return max(0.0, 1.0 - 3 * wrong / len(pairs)) if pairs else 1.0


def is_garbage(char: str) -> bool:
    """Whether no subtitle holds ``char``: a control, a surrogate, an unassigned or private character."""
    return char not in "\n\r\t" and unicodedata.category(char) in ("Cc", "Cs", "Cn", "Co")
