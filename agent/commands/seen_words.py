"""The exact words a person has seen: named by their hash, or shown on this terminal."""

import re
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Protocol

import typer

from agent.commands.terminal import echo
from approvals.envelope import read_values
from approvals.request import Seen
from approvals.web.marking import odd_characters, shown_links, visible
from tools.errors import BadInput, Conflict

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from agent.wiring import Deps
    from tools.store.records import Proposal

LEAST_DIGITS = 8
_HASH = re.compile(rf"[0-9a-f]{{{LEAST_DIGITS},64}}")
Hash = Annotated[
    str,
    typer.Option("--hash", help="First 8 digits or more of the hash of the words you looked at."),
]


class Terminal(Protocol):
    """Where a person reads and answers."""

    def show(self, text: str) -> None:
        """Print a text."""

    def ask(self, question: str) -> str:
        """What the person answers."""


class Keyboard:
    """The terminal this command runs on."""

    def show(self, text: str) -> None:
        """Print a text as it is."""
        echo(text + "\n")

    def ask(self, question: str) -> str:
        """One line; an empty one when there is no more."""
        try:
            return input(question)
        except EOFError:
            return ""


def terminal() -> Terminal | None:
    """The terminal of this process, if a person sits at it."""
    return Keyboard() if sys.stdin.isatty() and sys.stdout.isatty() else None


@dataclass(frozen=True)
class NamedWords:
    """A proposal and the first digits of the hash of its words, '' when none was given."""

    proposal: str
    digits: str

    def __post_init__(self) -> None:
        """Refuse digits that no hash begins with, or too few of them."""
        if self.digits and not _HASH.fullmatch(self.digits):
            raise BadInput(
                f"--hash {self.digits[:70]!r}: give the first {LEAST_DIGITS} digits or more of "
                f"the hash; `lifecycle explain {self.proposal}` shows it beside the words"
            )


def named_words(text: str, digits: str) -> NamedWords:
    """What ID or ID@HASH names; `digits` are those of `--hash`.

    Raises:
        BadInput: when the hash cannot be one, or two were given.
    """
    proposal, _, own = text.partition("@")
    if own and digits:
        raise BadInput(f"{text}: it names a hash already; leave out --hash")
    return NamedWords(proposal, (own or digits).lower())


def seen_words(deps: "Deps", named: NamedWords, screen: Terminal | None) -> Seen:
    """The exact bytes a person has seen: those of the hash, or those they are shown here.

    Raises:
        BadInput: without a hash and without a terminal.
        Conflict: when the words are not those of the hash, or the person says no.
    """
    now = deps.store.gate.read(lambda tx: tx.asked.get(named.proposal))
    check_seen(deps, now, named, screen, "Approve exactly these words? Type yes: ")
    return Seen(now.id, now.version, now.shown)


def check_seen(
    deps: "Deps", now: "Proposal", named: NamedWords, screen: Terminal | None, question: str
) -> None:
    """Refuse what a person has neither named by its hash nor read and agreed to on a terminal.

    Raises:
        BadInput: without a hash and without a terminal.
        Conflict: when the words are not those of the hash, or the person says no.
    """
    if named.digits:
        if not now.shown.startswith(named.digits):
            raise Conflict(
                f"proposal {now.id}: its words are not those of hash {named.digits}; "
                f"look at them again with `lifecycle explain {now.id}`"
            )
        return
    if screen is None:
        raise BadInput(
            f"proposal {now.id}: say which words you have seen; `lifecycle explain {now.id}` shows "
            "them and their hash, give it as --hash, or do it on a terminal"
        )
    text = deps.store.gate.read(lambda tx: tx.asked.bytes_of(now))
    screen.show("\n".join(words_shown(now, read_values(text, now.shown, now.id))))
    if screen.ask(question).strip().lower() != "yes":
        raise Conflict(f"proposal {now.id}: you did not say yes; nothing was done")


def words_shown(proposal: "Proposal", values: "Mapping[str, Any]") -> list[str]:
    """What would leave, line by line: to whom, the words, every link, the money."""
    who, what, worth = values["who"], values["what"], values["worth"]
    body = what["body"].rstrip("\n").split("\n")
    links = shown_links(what["subject"], what["body"])
    odd = odd_characters(what["subject"] + what["body"] + (who["recipient"] or ""))
    return [
        f"{visible(what['play'])} for {visible(who['account_name'] or who['account_id'])}",
        f"to:      {visible(who['recipient'] or 'our own people: nobody outside is reached')}",
        f"by:      {visible(what['channel'])}",
        f"subject: {visible(what['subject'])}",
        *(f"  | {visible(line)}" for line in body),
        *(f"link:    {visible(one.text)} leads to {visible(one.host)}" for one in links),
        *([] if links else ["links:   none"]),
        *([f"characters that cannot be seen: {', '.join(odd)}"] if odd else []),
        f"costs:   {_money(what['cost'])}; expected net value {_money(worth['net'])}",
        f"hash:    {proposal.shown}",
    ]


def _money(amount: "Mapping[str, str]") -> str:
    return f"{amount['amount']} {amount['currency']}"
