"""Foreign text made safe to look at: what cannot be seen is named, what only looks alike is said.

Every text a template prints goes through `visible` or `marked`, so that nothing in it can turn,
hide or break the words around it.
"""

import ipaddress
import re
from dataclasses import dataclass
from functools import cache
from urllib.parse import urlsplit

from markupsafe import Markup, escape

from tools.text_safety.characters import OddCharacter, hidden_characters, look_alikes, named
from tools.text_safety.links import links_in, phones_in

_PLAIN = re.compile(r"[ -~\n\t]*")


@dataclass(frozen=True)
class ShownLink:
    """A link in full, where it really leads, and what is odd about it."""

    text: str
    host: str
    odd: tuple[str, ...]


def odd_characters(text: str) -> tuple[str, ...]:
    """What cannot be seen in a text or turns its direction, as U+ names."""
    if _PLAIN.fullmatch(text):
        return ()
    return hidden_characters(text.replace("\r\n", "\n"))


def visible(text: str) -> str:
    """A text with the names of its odd characters in their places, for anywhere on a page."""
    if _PLAIN.fullmatch(text):
        return text
    return "".join(f"[{name}]" if (name := _odd(char)) else char for char in text)


def marked(text: object) -> Markup:
    """The same as HTML, with each name as a badge."""
    words = "" if text is None else str(text)
    if _PLAIN.fullmatch(words):
        return escape(words)
    parts = [
        Markup('<mark class="odd" title="{}">{}</mark>').format(_named(char), name)
        if (name := _odd(char))
        else escape(char)
        for char in words.replace("\r\n", "\n")
    ]
    return Markup("").join(parts)


def source(text: str) -> str:
    """A text as its code points: whatever is not plain ASCII is written as its number."""
    return "".join(c if _PLAIN.fullmatch(c) else f"\\u{{{ord(c):04X}}}" for c in text)


@cache
def _odd(char: str) -> str:
    return f"U+{ord(char):04X}" if hidden_characters(char) else ""


def _named(char: str) -> str:
    return named(char)


def shown_links(*texts: str) -> tuple[ShownLink, ...]:
    """Every link of some texts, each once, with where it leads."""
    found = dict.fromkeys(link for text in texts for link in links_in(text))
    calls = dict.fromkeys(number for text in texts for number in phones_in(text))
    return (*map(_link, found), *(ShownLink(one, one, ("it is called",)) for one in calls))


def _link(text: str) -> ShownLink:
    try:
        parts = urlsplit(text if "://" in text else f"//{text}")
        host = parts.hostname or ""
    except ValueError:
        return ShownLink(text, "", ("it is no address",))
    odd = [
        (not text.lower().startswith("https://"), "it is not https"),
        ("@" in parts.netloc, "what stands before the @ is not where it leads"),
        (not text.isascii(), "it has letters that may only look like others"),
        ("xn--" in host.lower(), "its host is written in code for other letters"),
        (_is_number(host), "its host is a number"),
        (bool(odd_characters(text)), "it holds characters nobody can see"),
    ]
    return ShownLink(text, host, tuple(words for found, words in odd if found))


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return host.replace(".", "").isdecimal()
    return True


def mixed_scripts(text: str) -> tuple[str, ...]:
    """The words of a text with letters that only look like those around them."""
    return tuple(dict.fromkeys(one.word or one.char for one in look_alikes(text)))


def disguised(*texts: str) -> tuple[OddCharacter, ...]:
    """Each letter of some texts that only looks like another, with its word."""
    return tuple(dict.fromkeys(one for text in texts for one in look_alikes(text)))
