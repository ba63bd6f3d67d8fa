"""How a person is addressed: by a name that looks like one, or by none."""

import re

PLACE = "{contact}"
NOT_NAMES = frozenset({
    "unknown", "none", "null", "nan", "test", "no name", "noname", "anonymous", "customer", "user",
    "contact", "first last", "name", "guest", "admin",
})  # fmt: skip
LONGEST = 60
_STRANGE = re.compile(r"[0-9@/\\,;:()\[\]<>{}|_*#&=+\"?!]")
_END = re.compile(r",\s*\{contact\}(?=\s*(?:[.?!:]|$))", re.MULTILINE)
_START = re.compile(r"^\{contact\}[,:]?\s+(\w)", re.MULTILINE)
_GREETING = re.compile(r"\b(hello|hi|hey)\s+\{contact\}", re.IGNORECASE)
_DEAR = re.compile(r"\bdear\s+\{contact\}", re.IGNORECASE)


def readable_name(name: str | None) -> str | None:
    """A name as it can stand in a letter; None for what a system wrote for itself.

    `MÜLLER, JÖRG (GF)` is no greeting: better none than that.
    """
    if name is None:
        return None
    text = " ".join(name.split())
    letters = [c for c in text if c.isalpha()]
    shouted = len(letters) > 1 and text.upper() == text and text.lower() != text
    strange = _STRANGE.search(text) or len(text) > LONGEST or not letters
    return None if shouted or strange or text.lower() in NOT_NAMES else text


def unnamed(text: str, somebody: str = "there") -> str:
    """A template for a person without a name: what only called them by it falls away."""
    text = _END.sub("", text)
    text = _GREETING.sub(r"\1 there", text)
    text = _DEAR.sub("Hello there", text)
    text = _START.sub(lambda start: start[1].upper(), text)
    return text.replace(PLACE, somebody)
