"""Commands about people: who may sign in, with which role, by which token."""

from datetime import timedelta
from typing import Annotated

import typer

from agent.commands.console import Home, console, opened, table
from agent.commands.terminal import echo
from approvals import staff
from approvals.staff import OPERATOR
from approvals.users.passwords import Passwords
from approvals.users.sessions import digest
from approvals.users.tokens import made
from tools.errors import Absent
from tools.store.people import People, Person

people = typer.Typer(help="Who may sign in, with which role.", no_args_is_help=True)
Mailbox = Annotated[str, typer.Argument(help="Their e-mail address.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(people, name="people")


def known(store: People, mailbox: str) -> Person:
    """The human behind an address.

    Raises:
        Absent: when nobody has it.
    """
    person = store.by_mailbox(mailbox)
    if person is None:
        raise Absent(f"nobody has the mailbox {mailbox!r}; `lifecycle people list` shows who does")
    return person


@people.command()
def add(
    mailbox: Mailbox,
    name: Annotated[str, typer.Option(help="What to call them.")],
    role: Annotated[str, typer.Option(help="viewer, reviewer, approver-2, admin or auditor.")],
    password: Annotated[bool, typer.Option("--password", help="Ask for a password.")] = False,
    home: Home = None,
) -> None:
    """Let somebody in."""
    with opened(home, new=True) as deps:
        person = staff.add(deps.gate, OPERATOR, mailbox, name, role)  # type: ignore[arg-type]  # checked there
        if password:
            given = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
            hashed = Passwords(deps.store.people).hashed(given)
            staff.set_password(deps.gate, OPERATOR, person.id, hashed)
        console.print(f"{person.mailbox} is {person.role} now, as {person.id}", highlight=False)


@people.command("list")
def list_people(home: Home = None) -> None:
    """Everybody, with their roles."""
    with opened(home) as deps:
        rows = [
            (p.id, p.mailbox, p.name, p.role, "yes" if p.active else "no")
            for p in deps.store.people.everybody()
        ]
        console.print(table("People", ("id", "mailbox", "name", "role", "active"), rows))


@people.command()
def role(
    mailbox: Mailbox,
    to: Annotated[str, typer.Option(help="The new role.")],
    home: Home = None,
) -> None:
    """Change somebody's role; their sessions and tokens end."""
    with opened(home) as deps:
        person = known(deps.store.people, mailbox)
        staff.set_role(deps.gate, OPERATOR, person.id, to)  # type: ignore[arg-type]  # checked there
        console.print(f"{person.mailbox} is {to} now", highlight=False)


@people.command()
def off(mailbox: Mailbox, home: Home = None) -> None:
    """Let somebody in no more; their sessions and tokens end at once."""
    with opened(home) as deps:
        person = known(deps.store.people, mailbox)
        staff.set_active(deps.gate, OPERATOR, person.id, active=False)
        console.print(f"{person.mailbox} cannot sign in any more", highlight=False)


@people.command()
def reset(mailbox: Mailbox, home: Home = None) -> None:
    """Forget the password and the app of somebody who lost them; sessions and tokens end."""
    with opened(home) as deps:
        person = known(deps.store.people, mailbox)
        staff.reset(deps.gate, OPERATOR, person.id)
        console.print(
            f"{person.mailbox} has no password and no app any more; `lifecycle serve --as "
            f"{person.mailbox}` prints a link, an administrator makes one on the page People",
            highlight=False,
        )


@people.command()
def token(
    mailbox: Mailbox,
    name: Annotated[str, typer.Option(help="What it is for.")] = "command line",
    scope: Annotated[list[str] | None, typer.Option(help="read, propose, decide, admin.")] = None,
    days: Annotated[int, typer.Option(help="How long it holds.")] = 90,
    agent: Annotated[bool, typer.Option("--agent", help="For a program: never decides.")] = False,
    home: Home = None,
) -> None:
    """Make an API token and show it this once."""
    with opened(home) as deps:
        person = known(deps.store.people, mailbox)
        scopes = scope or (["read"] if agent else ["read", "decide"])
        lasts = timedelta(days=days)
        text, kept = made(person.id, name, scopes, deps.clock(), lasts, agent=agent)
        staff.add_token(deps.gate, OPERATOR, digest(text), kept)
        echo(text + "\n")
