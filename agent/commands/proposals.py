"""What was proposed: what waits, one of them in full, and why an account got none."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any

import typer
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from agent.commands.console import AsOf, Home, console, last_day, opened, table
from agent.commands.terminal import echo_json, one_line
from agent.whynot import why_not
from agent.wiring import Deps
from approvals.envelope import lot_words, read_values
from approvals.envelope import opened as envelope_of
from approvals.queue import pending
from tools.days import from_number
from tools.errors import BadInput, nearest
from tools.figures import percent
from tools.labels import label_of_id
from tools.money import Money
from tools.store.records import Proposal

WIDE = 110  # from so many columns on there is room for stage and segment


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (queue, explain):
        app.command()(command)
    app.command("why-not")(why_not_command)


def queue(
    as_of: AsOf = None,
    home: Home = None,
    limit: Annotated[int, typer.Option(help="Show at most so many.")] = 40,
    json_: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """What waits for a person, best value first."""
    with opened(home) as deps:
        waiting = pending(deps.store.proposals, last_day(deps, as_of))
        if json_:
            records = [_record(p, shown_values(deps, p)) for p in waiting]
            echo_json(records)
            return
        show_queue(waiting, limit, deps.rulebook.labels)


def show_queue(
    waiting: tuple[Proposal, ...], limit: int, labels: Mapping[str, str] | None = None
) -> None:
    """Print the queue as a table."""
    if not waiting:
        console.print("nothing waits for a decision; `lifecycle why-not ACCOUNT` says why")
        return
    console.print(queue_table(waiting, limit, console.width, labels))


def queue_table(
    waiting: tuple[Proposal, ...],
    limit: int,
    width: int,
    labels: Mapping[str, str] | None = None,
) -> Table:
    """The first of what waits, a line each in 80 columns; stage and segment where there is room."""
    rows = []
    for proposal in waiting[:limit]:
        envelope = envelope_of(proposal)
        who, why = envelope["who"], envelope["why"]
        value = Money.from_minor(proposal.value_minor, proposal.currency)
        account = who["account_name"] or who["account_id"]
        stage = f"{label_of_id(why['stage'] or 'no stage')} since {_day(why['stage_since_day'])}"
        named = label_of_id(proposal.play, labels)
        play = ", ".join(words for words in (named, lot_words(envelope)) if words)
        rows.append((proposal.id, str(value), play, account, stage, why["segment"]))
    title = f"{len(waiting)} wait for a decision"
    if len(waiting) > limit:
        title += f", the first {limit}"
    columns = ("id", "net value ", "play", "account", "stage", "segment")
    shown = len(columns) if width >= WIDE else 4
    return table(title, columns[:shown], [row[:shown] for row in rows])


def shown_values(deps: Deps, proposal: Proposal) -> dict[str, Any]:
    """The values of the words a person is asked about now, after edits."""
    if proposal.shown == proposal.sha256:
        return envelope_of(proposal)
    text = deps.store.gate.read(lambda tx: tx.asked.bytes_of(proposal))
    return read_values(text, proposal.shown, proposal.id)


def _record(proposal: Proposal, envelope: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": proposal.id,
        "status": proposal.status,
        "sha256": proposal.shown,
        "supersedes": proposal.supersedes,
        "envelope": envelope,
    }


def _money(value: dict[str, str]) -> str:
    return f"{Decimal(value['amount']):,}"


def _chance(probability: str | None) -> str:
    return "not known" if probability is None else percent(Decimal(probability))


def _day(day: int | None) -> str:
    return "?" if day is None else from_number(day).isoformat()


def explain(
    proposal: Annotated[str, typer.Argument(help="Id of a proposal, see `lifecycle queue`.")],
    home: Home = None,
) -> None:
    """Show one proposal in full: the words, the reasons, the arithmetic, the alternatives."""
    with opened(home) as deps:
        found = deps.store.proposals.get(proposal)
        if found is None:
            known = [p.id for p in pending(deps.store.proposals, last_day(deps, None))]
            raise BadInput(
                f"no proposal is called {proposal!r}; {nearest(proposal, known)} "
                "`lifecycle queue` lists what waits"
            )
        show_proposal(found, shown_values(deps, found), deps.rulebook.labels)


def show_proposal(
    proposal: Proposal, envelope: dict[str, Any], labels: Mapping[str, str] | None = None
) -> None:
    """Print a proposal from the frozen envelope that would leave now."""
    who, what, why, worth = (envelope[k] for k in ("who", "what", "why", "worth"))
    named, stage = label_of_id(what["play"], labels), label_of_id(why["stage"] or "none")
    console.print(
        one_line(
            f"{named} for {who['account_name'] or who['account_id']} "
            f"({who['account_id']}), {proposal.status}, "
            f"expires {_day(proposal.expires_day)}"
        ),
        f"sha256 {proposal.shown}",
        sep="\n",
        style="bold",
    )
    if chance := lot_words(envelope):
        console.print(chance)
    reached = who["recipient"] or "our own people: nobody outside is reached"
    words = Panel(
        f"{what['subject']}\n\n{what['body']}", title=Text(one_line(f"to {reached}")), expand=False
    )
    console.print(words)
    console.print(
        f"stage {stage} since {_day(why['stage_since_day'])}: {why['stage_because']}",
        f"churn {_chance(why['probability'])} ({why['probability_basis']})",
        *[f"  {driver['words']}" for driver in why["drivers"]],
        sep="\n",
    )
    steps = [(s["label"], s["words"], _money(s["amount"])) for s in worth["steps"]]
    console.print(table("What it is worth", ("", "how", "amount "), steps))
    console.print(
        f"80 % interval {_money(worth['low'])} to {_money(worth['high'])}; "
        f"P(worth more than nothing) {worth['p_positive']}; convention "
        f"{worth['convention']}"
    )
    given = [
        (label_of_id(a["name"]), a["value"], a["source"], a["owner"]) for a in worth["assumptions"]
    ]
    console.print(table("Assumed", ("figure", "value", "source", "owner"), given))
    for caution in worth["cautions"]:
        console.print(f"mind: {caution['text']}")
    others = [
        (
            label_of_id(a["play"], labels),
            "not computable" if a["value"] is None else _money(a["value"]),
            a["words"],
        )
        for a in envelope["alternatives"]
    ]
    console.print(table("Alternatives", ("play", "net value ", ""), others))
    rules = [(label_of_id(f["rule_id"]), f["outcome"], f["reason"]) for f in envelope["findings"]]
    console.print(table("Policy", ("rule", "answer", "reason"), rules))


def why_not_command(
    account: Annotated[str, typer.Argument(help="Id or name of an account.")],
    as_of: AsOf = None,
    home: Home = None,
) -> None:
    """Explain for every play why an account got no proposal."""
    with opened(home) as deps:
        found = why_not(deps, last_day(deps, as_of), account)
        console.print(
            one_line(f"{found.name} ({found.account_id}) as of {found.day}"), style="bold"
        )
        for fact in found.facts:
            console.print(f"  {fact}")
        labels = deps.rulebook.labels
        rows = [(label_of_id(play, labels), *rest) for play, *rest in found.answers]
        console.print(table("Plays", ("play", "answer", "reason"), rows))
