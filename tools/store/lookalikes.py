"""Names and addresses as the eye takes them: what looks alike has the same skeleton.

A person who is here twice could give both yeses. Cyrillic and Greek letters, full-width and
accented ones, invisible signs and the digits that pass for letters are what such a twin is made
of. It refuses and never joins: two people who only look alike are told apart by another address.
"""

import unicodedata

# What a reader takes for the Latin letter on the right; from Unicode's list of confusables.
_ALIKE = str.maketrans(
    {
        **dict(zip("аьсԁеһіјқкӏмпоԛрѕтυνѵхуѡԝгɡн", "abcdehijkklmnoqpstuvvxywwrgh", strict=True)),
        **dict(zip("αβγεηικμνορτυχωϲϳ", "abyenikuvoptuxwcj", strict=True)),
        **dict(zip("ıɩɑɪʟɢʀʏʙʜɴøłđħŧƚɵɔƅƽ", "iiailgrybhnoldhtlocbs", strict=True)),
        **dict(zip("օոսհցքԁգզյ", "onuhgpdqqj", strict=True)),
        "0": "o", "1": "l", "æ": "ae", "œ": "oe", "ß": "ss",
    }
)  # fmt: skip


def skeleton(text: str) -> str:
    """What is left of a text when everything that looks alike is one letter."""
    whole = unicodedata.normalize("NFKC", _decoded(text)).casefold()
    plain = unicodedata.normalize("NFKD", whole)
    seen = "".join(c for c in plain if unicodedata.category(c) not in {"Mn", "Me", "Cf", "Cc"})
    folded = seen.translate(_ALIKE).translate(_ALIKE)
    return "".join(folded.replace("rn", "m").replace("vv", "w").split())


def _decoded(text: str) -> str:
    """An address with its domain as people write it, where it stands as machines do (xn--…)."""
    local, at, domain = text.rpartition("@")
    try:
        return f"{local}{at}{domain.encode('ascii').decode('idna')}"
    except UnicodeError:
        return text


def alike(one: str, other: str) -> bool:
    """Whether two texts that are not the same, whatever their case, look as if they were."""
    return _read(one) != _read(other) and skeleton(one) == skeleton(other)


def _read(text: str) -> str:
    return " ".join(text.casefold().split())
