"""May these words be sent? Asked of what a person wrote over a template's words.

Amounts, links and recipients come from plays and facts, never from somebody's keyboard: an edit
may say the same things better, and may not promise new ones, in whatever letters.
"""

import re
from typing import TYPE_CHECKING

from policies.nouns import Finding
from tools.text_safety.amounts import amounts_in
from tools.text_safety.characters import (
    OddCharacter,
    folded,
    hidden_characters,
    hidden_places,
    look_alikes,
)
from tools.text_safety.links import host_of, links_in, mail_host_of, phones_in, unreadable_links
from tools.text_safety.offers import calls_in, offers_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["hidden_characters", "judge_words", "links_in", "unreadable"]
LONGEST_SUBJECT, LONGEST_BODY = 200, 20_000
SHOWN = 5
_PLACE = re.compile(r"\{\w*\}|\{\{|\{%|<%|\$\{")


def judge_words(
    before: tuple[str, str], after: tuple[str, str], link_hosts: "Iterable[str]"
) -> tuple[Finding, ...]:
    """What the rules say of a new (subject, body) in the place of the old; any deny refuses."""
    length = _length(*after)
    if length.outcome == "deny":
        return (length,)
    old, new = "\n".join(before), "\n".join(after)
    return (
        length,
        _visible(*after),
        _letters(old, after),
        _places(new),
        _links(old, new, frozenset(host.lower() for host in link_hosts)),
        _amounts(old, new),
    )


def unreadable(before: tuple[str, str], after: tuple[str, str]) -> str:
    """What is wrong with a new link that nobody can read as an address; '' when there is none."""
    known = set(unreadable_links("\n".join(before)))
    found = [one for one in unreadable_links("\n".join(after)[:LONGEST_BODY]) if one not in known]
    return _bad_link(found[0]) if found else ""


def _bad_link(link: str) -> str:
    return f"the link {link[:100]!r} cannot be read as an address; write it out or take it out"


def _length(subject: str, body: str) -> Finding:
    if not subject.strip() or not body.strip():
        return Finding("words_length", "deny", "subject and text must not be empty")
    if len(subject) > LONGEST_SUBJECT or len(body) > LONGEST_BODY:
        limits = f"{LONGEST_SUBJECT} and {LONGEST_BODY} characters"
        return Finding("words_length", "deny", f"subject and text may have {limits}")
    return Finding("words_length", "pass", "neither empty nor too long")


def _visible(subject: str, body: str) -> Finding:
    odd = _told([("subject", hidden_places(subject)), ("text", hidden_places(body))])
    if odd:
        reason = f"characters nobody can see: {odd}; take them out, or type the words again"
        return Finding("words_visible", "deny", reason)
    if "\n" in subject or "\t" in subject:
        reason = "characters nobody can see: a line break in the subject"
        return Finding("words_visible", "deny", reason)
    return Finding("words_visible", "pass", "every character can be seen")


def _letters(old: str, after: tuple[str, str]) -> Finding:
    known = {(one.char, one.word) for one in look_alikes(old)}
    subject, body = (
        [one for one in look_alikes(text) if (one.char, one.word) not in known] for text in after
    )
    if odd := _told([("subject", subject), ("text", body)]):
        reason = f"letters that only look like others: {odd}; type the word again in one alphabet"
        return Finding("words_letters", "deny", reason)
    return Finding("words_letters", "pass", "every word is in one alphabet")


def _told(parts: "Sequence[tuple[str, Sequence[OddCharacter]]]") -> str:
    """The first few odd characters, each with where it stands."""
    said = [f"{one.words} of the {where}" for where, found in parts for one in found]
    more = f" and {len(said) - SHOWN} more" if len(said) > SHOWN else ""
    return ", ".join(said[:SHOWN]) + more


def _places(new: str) -> Finding:
    if found := _PLACE.search(folded(new)):
        return Finding("words_places", "deny", f"{found[0]!r} would be sent as it stands")
    return Finding("words_places", "pass", "no placeholder is left")


def _links(old: str, new: str, hosts: frozenset[str]) -> Finding:
    known = set(links_in(old))
    for link in links_in(new):
        if link not in known and host_of(link) not in hosts and mail_host_of(link) not in hosts:
            return Finding("words_links", "deny", _refused(link))
    called = {_digits(number) for number in (*phones_in(old), *calls_in(old))}
    for number in (*phones_in(new), *calls_in(new)):
        if _digits(number) not in called:
            reason = f"the number {number!r} is new, and mail programs make it a call; take it out"
            return Finding("words_links", "deny", reason)
    return Finding("words_links", "pass", "no link but allowed ones")


def _digits(number: str) -> str:
    return "".join(char for char in number if char.isdigit())


def _refused(link: str) -> str:
    """Why a link is refused, and what to do when it was not meant as one."""
    if "://" in link:
        return f"the link {link[:100]} is not allowed; only hosts of link_hosts are, over https"
    return (
        f"the link {link[:100]} is not allowed; if it is none, put a space after the dot or colon, "
        "since mail programs make it one"
    )


def _amounts(old: str, new: str) -> Finding:
    known = {says for says, _ in amounts_in(old)}
    for says, written in amounts_in(new):
        if says not in known:
            reason = f"{written!r} is a new figure; amounts come from the play"
            return Finding("words_amounts", "deny", reason)
    given = {one.casefold() for one in offers_in(old)}
    for offer in offers_in(new):
        if offer.casefold() not in given:
            reason = (
                f"{offer!r} reads as an offer, and offers come from the play; "
                "say it in other words if you mean none"
            )
            return Finding("words_amounts", "deny", reason)
    return Finding("words_amounts", "pass", "no new amount, percentage or offer")
