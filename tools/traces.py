"""What names one person, wherever it stands: the one definition of what an erasure looks for.

Addresses, telephone numbers and the ids the sources give are the person's wherever they are. A
name may be somebody else's too, so it is looked for only near the person: in what is about them
or about their account, and in free text that is about nobody in particular.
"""

import json
import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

GONE = "[erased]"
LISTS = ("refs", "accounts", "emails", "names", "phones")
SHORTEST_NAME, SHORTEST_NUMBER = 3, 6
_DIGITS = re.compile(r"\D+")
_SEPARATOR = re.compile(r"[\s_-]+")


@dataclass(frozen=True)
class Traces:
    """The marks of one person; `erasure` is the id under which they are erased.

    `refs` are the ids of their records in the sources, `accounts` those of the companies they
    belong to. Only `refs`, `emails`, `names` and `phones` are personal.
    """

    erasure: str
    refs: tuple[str, ...]
    accounts: tuple[str, ...]
    emails: tuple[str, ...]
    names: tuple[str, ...]
    phones: tuple[str, ...]

    @property
    def pseudonym(self) -> str:
        """The reference that takes the place of theirs; it leads to nobody."""
        return f"erased:{self.erasure}"

    def to_json(self) -> str:
        """As a text to be sealed."""
        return json.dumps(vars_of(self), ensure_ascii=False, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> "Traces":
        """Back from it."""
        found: dict[str, Any] = json.loads(text)
        lists = {name: tuple(found[name]) for name in LISTS}
        return cls(found["erasure"], **lists)

    def about(self, contact: str | None, account: str | None = None) -> bool:
        """Whether a row with these ids is about the person or their account."""
        return contact in self._refs or (account is not None and account in self._accounts)

    def is_theirs(self, contact: str | None) -> bool:
        """Whether a reference is one of theirs."""
        return contact in self._refs

    def found(self, text: str, *, near: bool) -> bool:
        """Whether a text names the person; `near` also looks for their name."""
        marks = self._addresses.search(text) or self._ids.search(text)
        return bool(marks or (near and self._names.search(text)))

    def may_stand_in(self, text: str) -> bool:
        """Whether a mark may be a part of a text, whatever stands around it: a quick first look."""
        plain = _SEPARATOR.sub(" ", text.casefold())
        digits = _DIGITS.sub("", text)
        return any(mark in plain for mark in self._marks) or any(d in digits for d in self.digits)

    def scrub(self, text: str, *, near: bool) -> str:
        """A text without the person; `near` also takes out their name."""
        plain = self._ids.sub(self.pseudonym, self._addresses.sub(GONE, text))
        return self._names.sub(GONE, plain) if near else plain

    def scrub_id(self, text: str) -> str:
        """An id without an address in it; ids that were different stay so."""
        return self._addresses.sub(f"erased-{self.erasure}", text)

    def mask(self, text: str) -> str:
        """The text with every mark overwritten by as many stars, so that it keeps its length."""
        for pattern in (self._addresses, self._ids, self._names):
            text = pattern.sub(lambda hit: "*" * len(hit[0].encode(errors="surrogateescape")), text)
        return text

    @cached_property
    def digits(self) -> tuple[str, ...]:
        """The telephone numbers as digits alone; what is too short to be one is left out."""
        found = (_DIGITS.sub("", phone) for phone in self.phones)
        return tuple(sorted({one for one in found if len(one) >= SHORTEST_NUMBER}))

    @cached_property
    def _marks(self) -> tuple[str, ...]:
        marks = {
            _SEPARATOR.sub(" ", one.casefold()).strip()
            for one in (*self.emails, *self.refs, *self.names)
        }
        return tuple(sorted(marks - {""}))

    @cached_property
    def _refs(self) -> frozenset[str | None]:
        return frozenset(self.refs)

    @cached_property
    def _accounts(self) -> frozenset[str]:
        return frozenset(self.accounts)

    @cached_property
    def _addresses(self) -> "re.Pattern[str]":
        emails = [
            rf"(?<![\w.+-]){_form(one, '@', '(?:@|%40)')}(?!\w|[.-]\w)" for one in self.emails
        ]
        numbers = [rf"(?<!\d)\+?{_spread(digits)}(?!\d)" for digits in self.digits]
        return _any_of([*emails, *numbers])

    @cached_property
    def _ids(self) -> "re.Pattern[str]":
        return _any_of([rf"(?<![\w:]){re.escape(one)}(?![\w-])" for one in self.refs])

    @cached_property
    def _names(self) -> "re.Pattern[str]":
        long = {one for one in self.names if len(one.strip()) >= SHORTEST_NAME}
        forms = long | {json.dumps(one)[1:-1] for one in long}  # as a line of the log writes it
        words = [r"\s+".join(map(re.escape, form.split())) for form in forms]
        return _any_of([rf"(?<!\w){each}(?!\w)" for each in words])


def vars_of(traces: Traces) -> dict[str, object]:
    """The fields alone, without what was computed from them."""
    return {name: getattr(traces, name) for name in ("erasure", *LISTS)}


def scrub_all(people: "Iterable[Traces]", text: str, *, near: bool = True) -> str:
    """The text without any of several people."""
    for traces in people:
        text = traces.scrub(text, near=near)
    return text


def _form(text: str, mark: str, pattern: str) -> str:
    return pattern.join(re.escape(part) for part in text.split(mark))


def _spread(digits: str) -> str:
    """Digits however they are spaced."""
    return r"[\s().\-/]*".join(digits)


def _any_of(patterns: list[str]) -> "re.Pattern[str]":
    """One pattern of all, longest first; of none, one that is never found."""
    return re.compile("|".join(sorted(patterns, key=len, reverse=True)) or r"(?!)", re.IGNORECASE)
