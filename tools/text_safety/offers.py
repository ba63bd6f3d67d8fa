"""What a person may write over a template that gives something away, or says a number to call.

Stricter than what is looked for in the data of others: only edits are asked, which a person can
say again in other words.
"""

import re
from typing import TYPE_CHECKING

from tools.text_safety.characters import folded, latin

if TYPE_CHECKING:
    from collections.abc import Callable

_SPANS = "months?|weeks?|days?|years?|quarters?|seats?|terms?"
# `free` is no gift where it is about somebody's time, or a part of another word.
_NOT_BEFORE = (
    "".join(
        f"(?<!{words} )"
        for words in (
            "feel",
            "feeling",
            "i am",
            "i'm",
            "i’m",
            "we are",
            "we're",
            "we’re",
            "you are",
            "you're",
            "you’re",
            "are you",
            "set",
            "break",
        )
    )
    + "(?<!-)"
)
_NOT_AFTER = r"(?!\s*-|\s+(?:to|from|time|slots?|hand|speech|software|text|form|range)\b)"
_OFFERS = re.compile(
    rf"(?i)\b(?:free\s+(?:for|until|till|during|through)\s+(?:[\w'’]+\s+){{0,3}}(?:{_SPANS}|life|good|ever)"
    rf"|free\s+of\s+(?:charge|cost)|for\s+free|{_NOT_BEFORE}free{_NOT_AFTER}(?:\s+[\w'’]+)?|freebies?|complimentary|gratis|giveaways?"
    r"|(?:without|at\s+no|no|zero|nil)\s+(?:\w+\s+)?(?:charge|cost|fee|payment)s?(?![-\w])"
    r"|on\s+the\s+house|(?:is|are|it['’]s|they['’]re)\s+on\s+us|at\s+our\s+(?:own\s+)?expense"
    r"|waiv(?:e|es|ed|er|ing)|pay(?:s|ing)?\s+nothing|costs?\s+(?:you|them|us)?\s*nothing"
    r"|half[\s-]+(?:the\s+|your\s+|our\s+)?(?:prices?|priced|fees?|costs?)"
    r"|(?:2|two|3|three)[\s-]+for[\s-]+(?:the\s+price\s+of\s+)?(?:1|one|2|two)"
    r"|(?:geht\s+)?aufs?\s+haus|ohne\s+(?:kosten|gebühr\w*)|geschenkt|sans\s+frais|offerts?"
    r"|sin\s+(?:costo|coste)|senza\s+costi)\b"
)
# A number after `+`, or right after a word that tells one to call it.
_CALLS = re.compile(
    r"(?i)\+\s?\d[\d\s().\-/]{5,20}\d"
    r"|\b(?:call|phone|dial|ring|text|sms|tel|fax|whatsapp|mobile|cell|hotline|anrufen|telefon"
    r"|rufen\s+sie|appelez|llame|chiama)\b"
    r"[\s:.]*(?:(?:me|us|him|her|them|on|at|to|under|unter|au|al|number|nr|no|is)\b[\s:.]*){0,4}"
    r"(?P<number>\(?\d[\d\s()\-/.]{3,20}\d)"
)
_DATE = re.compile(r"\d{4}[-./ ]\d{1,2}[-./ ]\d{1,2}|\d{1,2}[-./]\d{1,2}[-./]\d{2,4}")


def offers_in(text: str) -> tuple[str, ...]:
    """The words of a text that give something away, as they are written, each once."""
    return _each(_OFFERS, text, lambda match: match[0])


def calls_in(text: str) -> tuple[str, ...]:
    """The numbers a text says to call, however short or wrong, each once."""
    found = _each(_CALLS, text, lambda match: match["number"] or match[0])
    return tuple(one for one in found if not _DATE.fullmatch(one) and _digits(one) >= 5)


def _each(
    pattern: re.Pattern[str], text: str, words: "Callable[[re.Match[str]], str]"
) -> tuple[str, ...]:
    readings = dict.fromkeys((folded(text), latin(text)))
    found = (" ".join(words(match).split()) for one in readings for match in pattern.finditer(one))
    return tuple(dict.fromkeys(found))


def _digits(text: str) -> int:
    return sum(char.isdigit() for char in text)
