"""Characters nobody can see, and letters that only look like others: where they stand.

Which letters look alike is known to `confusable_homoglyphs` (Unicode's confusables.txt).
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache

from confusable_homoglyphs import confusables

_HIDDEN = frozenset({"Cc", "Cf", "Co", "Cs", "Cn"})
# Letters, marks and separators that show nothing although their categories are not hidden ones.
BLANK = frozenset(
    "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2028\u2029\u2800\u3164\uffa0\U0001d159"
)
SELECTORS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
# Joiners that some writing systems need, and emoji that are joined.
JOINERS = frozenset("\u200c\u200d")
JOINED = (
    "ARABIC", "SYRIAC", "DEVANAGARI", "BENGALI", "GURMUKHI", "GUJARATI", "ORIYA", "TAMIL", "TELUGU",
    "KANNADA", "MALAYALAM", "SINHALA", "KHMER", "MONGOLIAN", "MYANMAR",
)  # fmt: skip
ALIKE = frozenset({"CYRILLIC", "GREEK", "COPTIC", "CHEROKEE", "ARMENIAN", "GEORGIAN", "LISU"})
WIDE_TEXT = ("CJK", "HIRAGANA", "KATAKANA", "HANGUL", "BOPOMOFO")
# Marks that languages put on Latin letters; whatever else is put there hides the letter.
ACCENTS = frozenset(
    map(
        chr,
        (
            *range(0x300, 0x30D),
            0x30F,
            0x311,
            0x31B,
            *range(0x323, 0x329),
            0x32D,
            0x32E,
            0x330,
            0x331,
        ),
    )
)
_WORD = re.compile(r"[^\W_]+(?:[^\W_]|[\u0300-\u036f\u20d0-\u20f0\u200b-\u200f\u2060])*")


@dataclass(frozen=True)
class OddCharacter:
    """One character of a text that hides or looks like another; `line` counts from 1."""

    char: str
    word: str
    line: int
    like: str = ""

    @property
    def name(self) -> str:
        """Its code and its name."""
        return named(self.char)

    @property
    def words(self) -> str:
        """It and its place, for a message."""
        where = f"in {self.word!r}, line {self.line}" if self.word else f"in line {self.line}"
        alike = f" looks like {self.like!r}" if self.like else ""
        return f"{self.name}{alike} {where}"


def named(char: str) -> str:
    """A character as its code and its name in Unicode."""
    return f"U+{ord(char):04X} {unicodedata.name(char, 'without a name')}"


def hidden_characters(text: str) -> tuple[str, ...]:
    """The characters of a text that cannot be seen or turn the direction, as U+ names."""
    odd = {
        c
        for c in text
        if c not in "\n\t"
        and (c in BLANK or SELECTORS.match(c) or unicodedata.category(c) in _HIDDEN)
    }
    return tuple(f"U+{ord(c):04X}" for c in sorted(odd))


def hidden_places(text: str) -> tuple[OddCharacter, ...]:
    """Every character nobody can see, but those that a script or an emoji needs where it stands."""
    if text.isascii() and text.replace("\n", "").replace("\t", "").isprintable():
        return ()
    found = []
    for at, char in enumerate(text):
        if char in "\n\t" or (char.isprintable() and char not in BLANK and not _selects(char)):
            continue
        if char == " " or unicodedata.category(char) == "Zs" or _belongs(text, at):
            continue
        near = _near(text, at)
        found.append(OddCharacter(char, near, text.count("\n", 0, at) + 1))
    return tuple(found)


def _selects(char: str) -> bool:
    return bool(SELECTORS.match(char))


def _near(text: str, at: int) -> str:
    """What can be seen around a place, on its line."""
    before = text[max(0, at - 12) : at].rpartition("\n")[2]
    around = before + text[at : at + 12].partition("\n")[0]
    return "".join(c for c in around if c.isprintable() and c not in BLANK).strip()


def _belongs(text: str, at: int) -> bool:
    """Whether an invisible character does what its writing system has it for."""
    before, char, after = text[max(0, at - 1) : at], text[at], text[at + 1 : at + 2]
    if not before:
        return False
    joins = char in JOINERS and after and not _selects(before)
    if joins and unicodedata.name(before, "").startswith(JOINED):
        return unicodedata.name(after, "").startswith(JOINED)
    if char == "\u200d" and after:
        return _is_picture(before) and _is_picture(after)
    if char in "\ufe0e\ufe0f":
        return _is_picture(before) or (before in "0123456789#*" and after == "\u20e3")
    return False


def _is_picture(char: str) -> bool:
    return (
        unicodedata.category(char) in {"So", "Sk"}
        or bool(SELECTORS.match(char))
        or char in "\u2194\u2195\u203c\u2049"
    )


@cache
def script_of(char: str) -> str:
    """The first word of a letter's name, which is its script; '' for what is no letter."""
    return unicodedata.name(char, "").split(" ")[0] if char.isalpha() else ""


@cache
def latin_of(char: str) -> str:
    """The ASCII letter or digit a character looks like, '' when it looks like none."""
    if char.isascii():
        return ""
    folded = unicodedata.normalize("NFKC", char)
    if len(folded) == 1 and folded.isascii() and folded.isalnum():
        return folded
    known = [one["c"] for one in confusables.confusables_data.get(char, ())]
    return next((c for c in known if len(c) == 1 and c.isascii() and c.isalnum()), "")


@lru_cache(maxsize=256)
def look_alikes(text: str) -> tuple[OddCharacter, ...]:
    """Letters that stand in a word of another alphabet, or pass for one, and where.

    A text in another alphabet is what it is: only a word that mixes, or that could be read as
    Latin in a text without other words of its own alphabet, is told.
    """
    if text.isascii():
        return ()
    text = unicodedata.normalize("NFC", text)
    own = _own_scripts(text)
    wide = any(unicodedata.name(c, "").startswith(WIDE_TEXT) for c in text)
    found: list[OddCharacter] = []
    for number, line in enumerate(text.split("\n"), 1):
        for match in _WORD.finditer(line):
            odd = _odd_in(match[0], own, wide=wide)
            found += [OddCharacter(c, match[0], number, like) for c, like in odd]
        found += [OddCharacter(c, "", number) for c in _loose_marks(line)]
        found += [OddCharacter(c, "", number, latin_of(c)) for c in line if c in _dressed()]
    return tuple(dict.fromkeys(found))


def _own_scripts(text: str) -> frozenset[str]:
    """The alphabets in which some word of the text cannot be read as Latin."""
    return frozenset(
        script
        for word in _WORD.findall(text)
        for script in {script_of(c) for c in word} & ALIKE
        if any(script_of(c) == script and not latin_of(c) for c in word)
        and not any(script_of(c) == "LATIN" for c in word)
    )


def _odd_in(word: str, own: frozenset[str], *, wide: bool) -> list[tuple[str, str]]:
    scripts = {script_of(c) for c in word} - {""}
    alien = [c for c in word if script_of(c) in ALIKE and latin_of(c)]
    styled = [c for c in word if not wide and _is_styled(c)]
    marks = _strange_marks(word)
    if (
        "LATIN" in scripts
        or any(c.isascii() and c.isdigit() for c in word)
        or len(scripts & ALIKE) > 1
        or (_passes_for_latin(word, scripts) and not scripts & own)
    ):
        odd = alien + styled + marks
    else:
        odd = styled + marks
    return [(c, latin_of(c)) for c in dict.fromkeys(odd)]


def _passes_for_latin(word: str, scripts: set[str]) -> bool:
    """Whether a whole word can be read as Latin; a Greek letter alone is a symbol of its own."""
    alone = len(word) == 1 and "CYRILLIC" not in scripts
    return not alone and all(latin_of(c) for c in word if c.isalpha())


def _is_styled(char: str) -> bool:
    """Whether it is an ASCII letter or digit in another dress: full-width, bold, in a circle."""
    if char.isascii() or unicodedata.category(char) in {"Lo", "Lm", "No"}:
        return False
    folded = unicodedata.normalize("NFKC", char)
    return len(folded) == 1 and folded.isascii() and folded.isalnum()


@cache
def _dressed() -> frozenset[str]:
    """Signs that are a letter or digit in a circle or a square."""
    ranges = (range(0x2460, 0x2500), range(0x1F100, 0x1F190), range(0x1F1E6, 0x1F200))
    signs = (chr(code) for span in ranges for code in span)
    return frozenset(c for c in signs if unicodedata.category(c) == "So" and latin_of(c))


def _strange_marks(word: str) -> list[str]:
    """Marks on Latin letters and digits that no language puts there, or that are heaped up."""
    odd, heap, base = [], 0, ""
    for char in word:
        if not unicodedata.combining(char):
            heap, base = 0, char
            continue
        heap += 1
        if script_of(base) in {"LATIN", ""} and (char not in ACCENTS or heap > 2):
            odd.append(char)
    return odd


def _loose_marks(line: str) -> list[str]:
    """Marks over signs and spaces, which draw over what stands beside."""
    pairs = zip(" " + line, line, strict=False)
    return [
        c
        for before, c in pairs
        if unicodedata.category(c) in {"Mn", "Me"}
        and not SELECTORS.match(c)
        and c != "\u20e3"
        and c not in BLANK
        and not unicodedata.combining(before)
        and not before.isalnum()
        and unicodedata.category(before) not in {"Mc", "Mn", "So"}
    ]


@lru_cache(maxsize=512)
def folded(text: str) -> str:
    """The text as a mail client or a reader may take it: one width, no hidden signs, ASCII digits.

    Dots, slashes and colons of other scripts that programs read as ours are ours.
    """
    if text.isascii():
        return text
    shown = "".join(
        c
        for c in text
        if c in "\n\t"
        or (c not in BLANK and not SELECTORS.match(c) and unicodedata.category(c) not in _HIDDEN)
    )
    dotted = re.sub(r"(?<=[A-Za-z0-9])[\u3002\uff61](?=[A-Za-z0-9])", ".", shown)
    flat = unicodedata.normalize("NFKC", dotted).translate(_SIGNS)
    digits = "".join(str(unicodedata.decimal(c, c)) for c in flat)
    return unicodedata.normalize("NFC", digits)


_SIGNS = str.maketrans({
    "\u2044": "/", "\u2215": "/", "\u29f8": "/", "\u2236": ":", "\ua789": ":", "\u02d0": ":",
    "\u0589": ":", "\u066a": "%", "\ufe6a": "%", "\u2052": "%", "\u2024": ".", "\u0701": ".",
    "\u0660": "0", "\ufe52": ".", "\u00a0": " ", "\u202f": " ", "\u2009": " ",
})  # fmt: skip


def latin(text: str) -> str:
    """The folded text with every look-alike letter as the Latin one it looks like."""
    flat = folded(text)
    if flat.isascii():
        return flat
    plain = "".join(latin_of(c) or c for c in flat)
    split = unicodedata.normalize("NFD", plain)
    return unicodedata.normalize("NFC", "".join(c for c in split if not unicodedata.combining(c)))
