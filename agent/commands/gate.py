"""Commands of the gate: decide, act, settle, switch, verify."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from agent.commands.console import Home, console, opened, table
from agent.commands.seen_words import Hash, check_seen, named_words, terminal
from agent.commands.terminal import echo_json, plain
from agent.erasing import working
from approvals.alarms import alarms
from approvals.request import Actor, Result, Seen, Wish
from approvals.restore import after_restore
from approvals.settling import check_scope, switch
from approvals.settling import settle as settle_action
from approvals.users.tokens import ApiTokens
from approvals.verify import erased_proposals
from tools.errors import Conflict, Forbidden

if TYPE_CHECKING:
    from datetime import datetime

    from agent.wiring import Deps
    from approvals.service import Gate

Proposal = Annotated[str, typer.Argument(help="Id of a proposal, see `lifecycle queue`.")]
Token = Annotated[
    str | None, typer.Option(help="Your API token; LIFECYCLE_TOKEN is better, others can see this.")
]
Note = Annotated[str, typer.Option(help="In your own words.")]
Json = Annotated[bool, typer.Option("--json", help="As JSON.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (
        reject,
        snooze,
        undo,
        revoke,
        release,
        dispatch,
        settle,
        pause,
        resume,
        restored,
        verify,
    ):
        app.command()(command)


def actor_of(deps: "Deps", token: str | None) -> Actor:
    """Who is at the keyboard: whoever the token belongs to, and nobody without one.

    Raises:
        Forbidden: when the token does not hold or may not decide.
    """
    given = token or deps.settings.token.get_secret_value()
    found = ApiTokens(deps.store.people, deps.clock).find(given) if given else None
    if found is None:
        raise Forbidden(
            "say who you are: set LIFECYCLE_TOKEN to a token of yours; "
            "`lifecycle people token MAILBOX` makes one"
        )
    kept, person = found
    if "decide" not in kept.scopes:
        raise Forbidden(f"the token {kept.name!r} may {', '.join(kept.scopes)} and not decide")
    return Actor(person.id, person.role, "cli", agent=kept.agent)


def reject(
    proposal: Proposal,
    reason: Annotated[str, typer.Option(help="Why, as one of the known reasons.")] = "",
    note: Note = "",
    token: Token = None,
    home: Home = None,
    json_: Json = False,
) -> None:
    """Reject a proposal, with a reason."""
    _decide("reject", proposal, token, home, json_=json_, reason=reason, note=note)


def snooze(
    proposal: Proposal,
    until: Annotated[str, typer.Option(help="The day it comes back, as 2026-01-31.")],
    token: Token = None,
    home: Home = None,
    json_: Json = False,
) -> None:
    """Put a proposal off until a day."""
    _decide("snooze", proposal, token, home, json_=json_, until=until)


def undo(proposal: Proposal, token: Token = None, home: Home = None, json_: Json = False) -> None:
    """Take your own decision of the last minutes back, or your yes while a second is missing."""
    _decide("undo", proposal, token, home, json_=json_)


def revoke(
    proposal: Proposal, note: Note = "", token: Token = None, home: Home = None, json_: Json = False
) -> None:
    """Withdraw a proposal, or an approval that was not acted on yet."""
    _decide("revoke", proposal, token, home, json_=json_, note=note)


def release(
    blocked: Annotated[str, typer.Argument(help="Id of what was blocked: action or proposal.")],
    reason: Annotated[str, typer.Option(help="Why it was wrong to block it.")],
    token: Token = None,
    home: Home = None,
    json_: Json = False,
) -> None:
    """Ask again for what was blocked wrongly: it waits in the queue, every earlier yes is void."""
    proposal = f"p{blocked[1:]}" if blocked.startswith("a") else blocked
    _decide("release", proposal, token, home, json_=json_, note=reason)


def _decide(
    kind: str,
    proposal: str,
    token: str | None,
    home: object,
    *,
    json_: bool,
    until: str = "",
    reason: str = "",
    note: str = "",
) -> None:
    """Decide about what stands in the store now."""
    with opened(home) as deps:  # type: ignore[arg-type]  # typer gives a path
        actor = actor_of(deps, token)
        now = deps.store.gate.read(lambda tx: tx.asked.get(proposal))
        seen = Seen(now.id, now.version, now.shown)
        day = None if not until else deps.day(until, "--until")
        wish = Wish(kind, seen, reason, note, day)  # type: ignore[arg-type]  # named above
        result = deps.gate.decide(actor, wish)
        show_result(result, deps.clock(), json_=json_)


def show_result(result: Result, now: "datetime", *, json_: bool) -> None:
    """Print how a proposal stands after a decision."""
    if json_:
        echo_json({**asdict(result), "at": now.isoformat()}, None)
        return
    waits = f"; {result.waits_for} more must agree" if result.waits_for else ""
    again = " (it was so already)" if result.again else ""
    action = f"; `lifecycle dispatch` carries out {result.action}" if result.action else ""
    console.print(f"{result.proposal} is {result.status}{again}{waits}{action}", highlight=False)


def show_alarms(gate: "Gate") -> None:
    """Print what a person must look at, and what is paused, since when and why."""
    words = [alarm.words for alarm in alarms(gate)]
    words += [
        f"{one.scope} is paused since {one.since.isoformat(timespec='minutes')}: {one.reason}; "
        f"`lifecycle verify` says whether anything is wrong, `lifecycle resume {one.scope} "
        "--reason ...` lets it go on"
        for one in gate.store.read(lambda tx: tx.ledger.pauses())
    ]
    for one in words:
        console.print(f"[bold red]look at this:[/] {plain(one)}", markup=True, highlight=False)


def dispatch(home: Home = None) -> None:
    """Carry out now what was approved and is due; the schedule does it every minute."""
    from agent.dispatching import open_executor  # noqa: PLC0415 - it loads every way out

    with opened(home) as deps:
        with working(deps):
            executor = open_executor(deps, "cli")
            if why := executor.misfit():
                raise Conflict(f"nothing leaves now: {why}")
            gone = executor.dispatch()
        mode = "live" if deps.settings.live else "dry run: files in the home, nothing leaves"
        said = ", ".join(f"{n} {status}" for status, n in sorted(gone.items())) or _nothing(deps)
        console.print(f"{said} ({mode})", highlight=False)
        show_alarms(deps.gate)


def _nothing(deps: "Deps") -> str:
    """That nothing is due, and from when on something is."""
    everything = deps.store.gate.read(lambda tx: tx.actions.everything())
    due = [action.due_at for action in everything if action.status == "scheduled"]
    if not due:
        return "nothing is due"
    return f"nothing is due; approved and waiting: {len(due)}, the first until {min(due):%F %T} UTC"


def settle(
    action: Annotated[str, typer.Argument(help="Id of an action nobody knows the end of.")],
    finding: Annotated[str, typer.Option(help="sent, failed or again.")],
    note: Note = "",
    hash_: Hash = "",
    token: Token = None,
    home: Home = None,
) -> None:
    """Say what became of an action when nobody knew; `again` needs the hash of its words."""
    with opened(home) as deps:
        actor, live = actor_of(deps, token), deps.settings.live
        actor.check("decide")
        sha256 = _seen_again(deps, action, hash_) if finding == "again" else ""
        done = settle_action(deps.gate, actor, action, finding, note, live=live, sha256=sha256)  # type: ignore[arg-type]  # checked there
        console.print(f"{done.id} is {done.status}", highlight=False)


def _seen_again(deps: "Deps", action_id: str, digits: str) -> str:
    """The hash of the words a person has seen and lets leave again."""
    action = deps.store.gate.read(lambda tx: tx.actions.get(action_id))
    now = deps.store.gate.read(lambda tx: tx.asked.get(action.proposal))
    named = named_words(action.proposal, digits)
    check_seen(deps, now, named, terminal(), "Send exactly these words again? Type yes: ")
    return now.shown


Scope = Annotated[str, typer.Argument(help="global, play:ID or channel:ID.")]


def pause(
    scope: Scope,
    reason: Annotated[str, typer.Option(help="Why.")],
    token: Token = None,
    home: Home = None,
) -> None:
    """Stop everything, a play or a channel, from this moment on."""
    with opened(home) as deps:
        actor = actor_of(deps, token)
        check_scope(deps.gate, scope, [play.id for play in deps.rulebook.plays])
        switch(deps.gate, actor, scope, on=True, reason=reason)
        console.print(f"{scope} is paused", highlight=False)


def resume(
    scope: Scope,
    reason: Annotated[str, typer.Option(help="Why.")],
    token: Token = None,
    home: Home = None,
) -> None:
    """Let go on what was paused."""
    with opened(home) as deps:
        switch(deps.gate, actor_of(deps, token), scope, on=False, reason=reason)
        console.print(f"{scope} goes on", highlight=False)


def restored(token: Token = None, home: Home = None) -> None:
    """After a backup was restored: pause everything, and doubt what may have left since."""
    with opened(home) as deps:
        doubted = after_restore(deps.gate, actor_of(deps, token))
        console.print(
            f"everything is paused; {doubted} actions may have been done since the backup: "
            "`lifecycle settle` each, then `lifecycle resume global`",
            highlight=False,
        )


def verify(home: Home = None) -> None:
    """Check that every promise holds in this database: bytes, approvals, chain, edges."""
    from agent.jobs import broken  # noqa: PLC0415 - it loads all that is done by the clock

    with opened(home) as deps:
        wrong = broken(deps)
        links = deps.store.gate.read(lambda tx: tx.chain.head())
        if wrong:
            rows = [(one.invariant, one.words) for one in wrong]
            console.print(table("What is wrong", ("invariant", "what"), rows))
            raise typer.Exit(1)
        gone = deps.store.gate.read(erased_proposals)
        graves = f", {gone} erased proposals" if gone else ""
        count = links.seq if links else 0
        said = f"every invariant holds; {count} entries in the chain{graves}"
        console.print(said, highlight=False)
