"""Commands about one person at a customer: show everything kept about them, and erase them."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from agent.commands.console import Home, console, opened
from agent.commands.gate import Token, actor_of
from agent.commands.terminal import echo_json, one_line
from agent.erasing import ErasureRequest, erase, erased_before, find_person
from agent.person import person_of
from tools.errors import Absent

if TYPE_CHECKING:
    from agent.wiring import Deps
    from tools.traces import Traces

Email = Annotated[str, typer.Option(help="Or whoever has this address.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("person")(show_person)
    app.command("erase")(erase_person)


def show_person(
    contact: Annotated[str, typer.Argument(help="Id of a contact, here or in a source.")] = "",
    email: Email = "",
    home: Home = None,
) -> None:
    """Everything that is kept about one person, as JSON; to answer who asks for it."""
    with opened(home) as deps:
        found = person_of(deps, ErasureRequest(contact, email))
        echo_json(found)


def erase_person(
    contact: Annotated[str, typer.Option(help="Id of a contact, here or in a source.")] = "",
    email: Email = "",
    reason: Annotated[str, typer.Option(help="Why; without their name.")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask again.")] = False,
    token: Token = None,
    home: Home = None,
) -> None:
    """Erase one person from everything that is kept; it cannot be undone."""
    with opened(home) as deps:
        wanted, actor = ErasureRequest(contact, email), actor_of(deps, token)
        if not yes and not _sure(deps, wanted):
            raise typer.Exit(1)
        done = erase(deps, actor, wanted, reason)
        console.print(
            f"erased as {done.id} on {done.ended_at:%Y-%m-%d}; mails that left, exports you made, "
            "backups and the sources themselves are yours to look after",
            highlight=False,
            soft_wrap=True,
        )


def _sure(deps: "Deps", wanted: ErasureRequest) -> bool:
    """Show whom it is about and ask; somebody known by a keyed hash alone needs no question."""
    try:
        traces = find_person(deps, wanted).traces
    except Absent:
        if erased_before(deps, wanted) is None:
            raise
        return True
    for line in _lines(traces):
        console.print(one_line(line), highlight=False, soft_wrap=True)
    return typer.confirm("Erase this person? It cannot be undone")


def _lines(traces: "Traces") -> list[str]:
    given: dict[str, Any] = {
        "records": traces.refs,
        "names": traces.names,
        "addresses": traces.emails,
        "numbers": traces.phones,
        "accounts": traces.accounts,
    }
    return [f"{name}: {', '.join(values)}" for name, values in given.items() if values]
