"""`lifecycle approve`: a yes to words that were shown, by their hash or on this terminal."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from agent.commands.console import Home, opened
from agent.commands.gate import Json, Note, Token, actor_of, show_result
from agent.commands.seen_words import Hash, Terminal, named_words, seen_words, terminal
from agent.commands.terminal import echo, echo_json
from approvals.bulk import approve_all
from approvals.bulk_answers import BadItem
from approvals.request import Seen, Wish
from tools.errors import Absent, BadInput

if TYPE_CHECKING:
    from collections.abc import Sequence

    from agent.wiring import Deps
    from approvals.bulk_answers import BulkResult
    from approvals.request import Actor


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(approve)


def approve(
    proposals: Annotated[
        list[str], typer.Argument(help="Ids of proposals; ID@HASH names the words too.")
    ],
    hash_: Hash = "",
    looked_at: Annotated[
        list[str] | None,
        typer.Option(help="Of several: one of the sample that you have looked at; repeat it."),
    ] = None,
    note: Note = "",
    token: Token = None,
    home: Home = None,
    json_: Json = False,
) -> None:
    """Approve words you have seen: name their hash, or read them here and say yes.

    `lifecycle explain` shows the words and their hash. Several go together as in the inbox: alike,
    with the sample looked at. What two must agree to is decided in the inbox.
    """
    with opened(home) as deps:
        actor = actor_of(deps, token)
        actor.check("decide")
        if len(proposals) == 1:
            seen = seen_words(deps, named_words(proposals[0], hash_), terminal())
            result = deps.gate.decide(actor, Wish("approve", seen, note=note))
            show_result(result, deps.clock(), json_=json_)
            return
        if hash_ or note:
            raise BadInput("--hash and --note are for one proposal; write several as ID@HASH")
        show_many(approve_many(deps, actor, proposals, looked_at or [], terminal()), json_=json_)


def approve_many(
    deps: "Deps",
    actor: "Actor",
    proposals: "Sequence[str]",
    looked_at: "Sequence[str]",
    screen: Terminal | None,
) -> "BulkResult":
    """Approve several by their hashes; those without one are shown here one by one."""
    items, shown = list[Seen | BadItem](), list[str]()
    for text in proposals:
        item = _item(deps, text, screen)
        items.append(item)
        if "@" not in text:
            shown.append(item.proposal)
    return approve_all(deps.gate, actor, items, [*looked_at, *shown])


def _item(deps: "Deps", text: str, screen: Terminal | None) -> Seen | BadItem:
    """What one of several names; what it does not name well is its own answer."""
    try:
        named = named_words(text, "")
    except BadInput as error:
        return BadItem(text.partition("@")[0], str(error))
    if not named.digits:
        return seen_words(deps, named, screen)
    try:
        now = deps.store.gate.read(lambda tx: tx.asked.get(named.proposal))
    except Absent:
        return Seen(named.proposal, 1, named.digits)
    same = now.shown.startswith(named.digits)
    return Seen(now.id, now.version, now.shown if same else named.digits)


def show_many(found: "BulkResult", *, json_: bool) -> None:
    """Print each item's answer; exit 1 when one was not approved."""
    for one in found.answers:
        if json_:
            echo_json(asdict(one), None)
        else:
            echo(f"{one.proposal} {one.outcome}: {one.detail}\n")
    if found.refused:
        raise typer.Exit(1)
