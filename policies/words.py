"""May these words be sent? Asked of what a person wrote over a template's words.

Amounts, links and recipients come from plays and facts, never from somebody's keyboard: an edit
may say the same things better, and may not promise new ones.
"""

import re
import unicodedata
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from policies.nouns import Finding

if TYPE_CHECKING:
    from collections.abc import Iterable

LONGEST_SUBJECT, LONGEST_BODY = 200, 20_000
_LINK = re.compile(r"(?i)\b(?:https?://|www\.)\S+|\b[a-z][a-z0-9+.-]*:(?://|\S*@)\S+")
_AMOUNT = re.compile(
    r"(?i)(?:[$€£¥]|\b(?:usd|eur|gbp|chf|jpy)\b)\s*\d[\d.,' ]*\d*"
    r"|\d[\d.,' ]*\s*(?:[$€£¥%‰]|percent\b|per cent\b|(?:usd|eur|gbp|chf|jpy)\b)"
)
_PLACE = re.compile(r"\{\w*\}|\{\{|\{%|<%|\$\{")
_HIDDEN = frozenset({"Cc", "Cf", "Co", "Cs", "Cn"})
# Letters, marks and separators that show nothing although their categories are not hidden ones.
BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2028\u2029\u2800\u3164\uffa0")


def judge_words(
    before: tuple[str, str], after: tuple[str, str], link_hosts: "Iterable[str]"
) -> tuple[Finding, ...]:
    """What the rules say of a new (subject, body) in the place of the old; any deny refuses."""
    old, new = "\n".join(before), "\n".join(after)
    return (
        _length(*after),
        _visible(*after),
        _places(new),
        _links(old, new, frozenset(host.lower() for host in link_hosts)),
        _amounts(old, new),
    )


def hidden_characters(text: str) -> tuple[str, ...]:
    """The characters of a text that cannot be seen or turn the direction, as U+ names."""
    odd = {
        c for c in text if c not in "\n\t" and (c in BLANK or unicodedata.category(c) in _HIDDEN)
    }
    return tuple(f"U+{ord(c):04X}" for c in sorted(odd))


def links_in(text: str) -> tuple[str, ...]:
    """Every link of a text, in order."""
    return tuple(match.rstrip(".,;:!?)]}>\"'") for match in _LINK.findall(text))


def _length(subject: str, body: str) -> Finding:
    if not subject.strip() or not body.strip():
        return Finding("words_length", "deny", "subject and text must not be empty")
    if len(subject) > LONGEST_SUBJECT or len(body) > LONGEST_BODY:
        limits = f"{LONGEST_SUBJECT} and {LONGEST_BODY} characters"
        return Finding("words_length", "deny", f"subject and text may have {limits}")
    return Finding("words_length", "pass", "neither empty nor too long")


def _visible(subject: str, body: str) -> Finding:
    odd = hidden_characters(subject + body)
    if odd or "\n" in subject or "\t" in subject:
        shown = ", ".join(odd) or "a line break in the subject"
        return Finding("words_visible", "deny", f"characters nobody can see: {shown}")
    return Finding("words_visible", "pass", "every character can be seen")


def _places(new: str) -> Finding:
    if found := _PLACE.search(new):
        return Finding("words_places", "deny", f"{found[0]!r} would be sent as it stands")
    return Finding("words_places", "pass", "no placeholder is left")


def _links(old: str, new: str, hosts: frozenset[str]) -> Finding:
    known = set(links_in(old))
    for link in links_in(new):
        if link not in known and _host(link) not in hosts:
            return Finding("words_links", "deny", f"the link {link[:100]} is not allowed")
    return Finding("words_links", "pass", "no link but allowed ones")


def _host(link: str) -> str:
    """The host of an https link without credentials or port; '' when it is anything else."""
    parts = urlsplit(link)
    plain = parts.scheme.lower() == "https" and parts.netloc == parts.hostname
    return (parts.hostname or "") if plain else ""


def _amounts(old: str, new: str) -> Finding:
    known = {_squeezed(amount) for amount in _AMOUNT.findall(old)}
    for amount in _AMOUNT.findall(new):
        if _squeezed(amount) not in known:
            reason = f"{amount.strip()!r} is a new figure; amounts come from the play"
            return Finding("words_amounts", "deny", reason)
    return Finding("words_amounts", "pass", "no new amount or percentage")


def _squeezed(amount: str) -> str:
    return re.sub(r"\s", "", amount).lower()
