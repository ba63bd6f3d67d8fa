"""Amounts, percentages and gifts in a text, in figures or in words of the languages we write.

Two that say the same (`20 %`, `twenty percent`, `２０％`) are one.
"""

import re
import unicodedata
from functools import cache, lru_cache

from tools.text_safety.characters import folded, latin
from tools.text_safety.number_words import ANY, value_of

_SPOKEN = (
    "percentage points?|percent|per[ -]cent|pro cent|vom hundert|v\\. ?h\\.|"
    "per centum|pct|prozentpunkte?|prozent|pour ?cents?|"
    "por ?cientos?|per cento|percento|procents?|procenten|процентов|процента|процент|τοις εκατό"
)
PERCENT = rf"%|‰|‱|{_SPOKEN}|p\. ?c\.|パーセント|割引|割|折"
CODES = (
    "usd|eur|gbp|chf|jpy|cad|aud|nzd|sek|nok|dkk|pln|czk|huf|cny|rmb|inr|brl|mxn|zar|sgd|hkd|krw|"
    "ils|aed|sar|rub|uah|ron|bgn|thb|php|myr|idr|vnd|twd|btc|eth"
)
MONEY_WORDS = (
    "euros?|(?:us-?)?dollars?|bucks?|quid|pounds?|cents?|pence|francs?|franken|yen|yuan|rupees?|kronor|kroner|"
    "zloty|евро|долларов|рублей|ευρώ|円|元"
)
_SIGN = "".join(c for c in map(chr, range(0x20, 0x20D0)) if unicodedata.category(c) == "Sc")
_LARGE = "hundred|thousand|million|millions|billion|tausend|millionen|mio|mrd|mille|k|m|bn"
_DIGITS = rf"(?:[\d½¼¾⅓⅔][\doOlI.,'’/ ]{{0,24}}[\doOlI]|[\d½¼¾⅓⅔])(?:\s?(?:{_LARGE})(?![^\W\d_]))?"
_SPELT = rf"\b(?:an? )?(?:{ANY})(?:[ -]*(?:(?:and|und)[ -]*)?(?:{ANY})){{0,4}}\b"
_NUMBER = rf"(?:{_DIGITS}|{_SPELT})"
_UNIT = rf"(?:(?:{PERCENT})(?![^\W\d_])|[{re.escape(_SIGN)}]|\b(?:{CODES}|{MONEY_WORDS})\b)"
# A command that reads no words does not compile them: they take a tenth of its start.
_compiled = cache(re.compile)
_FIGURE = (
    rf"(?i)(?P<before>(?:[{re.escape(_SIGN)}]|\b(?:{CODES})\b)[\s\-]*)?(?P<number>{_NUMBER})"
    rf"(?:[\s\-,–]*(?P<unit>{_UNIT}))?"
)
_LONE = (
    rf"(?i)\S{{0,40}}\s?[%‰‱]|[{re.escape(_SIGN)}]\s?\S{{1,40}}|"
    rf"[^\W_]\S{{0,40}}[\s-]+(?:{_SPOKEN})(?![^\W\d_])"
)
_OFF = (
    "off|discount|reduction|rebate|cheaper|rabatt|nachlass|nachlaß|günstiger|ermäßigung|"
    "de remise|de réduction|de descuento|di sconto|korting|скидка|скидки"
)
_CUT = "discount|reduction|rabatt|nachlass|remise|descuento|sconto|korting"
_TIME = "months?|weeks?|days?|years?|seats?|monate?|wochen?|tage?|jahre?|mois"
_GIFTS = (
    r"half(?:[\s-]+|\s+the\s+|\s+of\s+the\s+)(?:prices?|priced|fee|cost|off)",
    r"(?:at|for)\s+half(?!\s+(?:past|an?|of|way))",
    r"(?:zum |den |der )?halben?[rn]?\s+preise?s?", "hälfte", "moitié",
    r"mitad\s+del?\s+precio", r"metà\s+prezzo", r"halve\s+prijs",
    r"(?:an?|one)?\s*(?:half|third|quarter|fifth|tenth)\s+(?:off|cheaper|less)",
    rf"{_NUMBER}\s*(?:{_OFF})(?!-)", rf"(?:{_CUT})\s+(?:of|von|de|di|van)\s+{_NUMBER}",
    rf"{_NUMBER}\s+(?:free|gratis|kostenlose|freie)\s+(?:{_TIME})",
    rf"{_NUMBER}\s+(?:{_TIME})\s+(?:for\s+)?(?:free|gratis|kostenlos|gratuits?)",
    r"free\s+of\s+charge", r"for\s+free", r"free\s+(?:month|year|week|upgrade)s?",
    r"(?:at\s+)?no\s+(?:cost|charge)", r"kostenlos\w*", "gratis", "umsonst", r"gratuit\w*",
    r"buy\s+one\s+get", r"(?:2|two|3|three)\s+for\s+(?:1|one|2|two)", r"money\s+back",
    r"geld\s+zurück", r"halved?\s+(?:the\s+|your\s+|our\s+)?(?:price|fee|cost)s?",
    r"(?:price|fee|cost)s?\s+(?:is|are|will\s+be)\s+halved", r"(?:for|costs?)\s+nothing",
    r"(?:½|1/2)\s+(?:the\s+)?price",
)  # fmt: skip
_GIFT = rf"(?i)\b(?:{'|'.join(_GIFTS)})\b|半額|半价|半價|無料|免费|免費|бесплатно|полцены|δωρεάν"
_RANK = re.compile(r"(?i)\b(?:the|your|our) (?:top|upper|bottom|best|lowest|highest)\s+$|\btop\s+$")
_CHEAPER = re.compile(rf"(?i){_OFF}|{_CUT}|price|less|free|save|cost|fee")
AFTER = 40
SAME = {
    "€": "eur", "euro": "eur", "euros": "eur", "$": "usd", "dollar": "usd", "dollars": "usd",
    "£": "gbp", "pound": "gbp", "pounds": "gbp", "¥": "jpy", "yen": "jpy",
}  # fmt: skip


@lru_cache(maxsize=512)
def amounts_in(text: str) -> tuple[tuple[str, str], ...]:
    """Every amount as (what it says, how it is written), in order.

    What it says is its number and its unit, so that other ways to write it compare as the same.
    """
    found: dict[str, str] = {}
    for reading in dict.fromkeys((folded(text), latin(text))):
        taken: list[tuple[int, int]] = []
        for match in _compiled(_FIGURE).finditer(reading):
            if _is_rank(reading, match):
                taken.append(match.span())
            elif match["before"] or match["unit"]:
                written = match[0].strip()
                unit = _unit(match["unit"] or match["before"] or "")
                found.setdefault(f"{_value(match['number'])} {unit}", written)
                taken.append(match.span())
        for pattern in (_LONE, _GIFT):
            for match in _compiled(pattern).finditer(reading):
                if not any(a < match.end() and match.start() < b for a, b in taken):
                    found.setdefault(" ".join(match[0].casefold().split()), match[0].strip())
    return tuple(found.items())


def _is_rank(text: str, figure: re.Match[str]) -> bool:
    """Whether it says where somebody stands (`the top 10 % of teams`), and nothing off anything."""
    is_share = figure["unit"] and not figure["before"] and _unit(figure["unit"]) == "%"
    after = text[figure.end() : figure.end() + AFTER]
    return bool(is_share and _RANK.search(text[: figure.start()]) and not _CHEAPER.search(after))


def _unit(text: str) -> str:
    word = text.strip(" -").casefold()
    if re.fullmatch(PERCENT, word, re.IGNORECASE):
        return "%"
    return SAME.get(word, word)


def _value(text: str) -> str:
    """A number by its digits, or by its words where they can be added up."""
    plain = text.strip().casefold()
    if any(c.isdigit() for c in plain):
        large = re.search(rf"(?:{_LARGE})$", plain)
        digits = plain[: large.start()] if large else plain
        shown = re.sub(r"[\s'’]", "", digits.replace("o", "0").replace("l", "1")).rstrip(".,")
        return shown + (large[0] if large else "")
    return str(value_of(plain))
