"""The CSM's list: whom to call, why now, what it is worth; and what a person says of an account."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, cast

import typer

from agent.account_desk import AccountDesk
from agent.account_files import csv_of, json_of
from agent.commands.console import AsOf, Home, console, last_day, opened
from agent.commands.gate import Json, Note, Token, actor_of
from agent.commands.terminal import echo, echo_document, echo_json, one_line, plain
from agent.run import open_morning
from agent.whynot import find_account
from approvals.care import USELESS, CareWish, care
from tools.errors import BadInput
from tools.reports.accounts import POOL, ListRequest
from tools.reports.accounts.format import called, date, money
from tools.reports.accounts.model import CALL
from tools.reports.accounts.text import AWAY, foot, moved, shown_score, unscored_words

if TYPE_CHECKING:
    from pathlib import Path

    from agent.wiring import Deps
    from approvals.care import CareKind
    from tools.reports.accounts import AccountLine, AccountList
    from tools.reports.accounts.model import Left

accounts = typer.Typer(help="Whom to call today, why, and whom to leave alone.")
Account = Annotated[str, typer.Argument(help="Id or name of an account of the list.")]
EVERYTHING, SOME_LEFT = 1_000_000, 3


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(accounts, name="accounts")


@accounts.callback(invoke_without_command=True)
def show(
    asked: typer.Context,
    owner: Annotated[str, typer.Option(help="Whose list; everybody's when left out.")] = "",
    pool: Annotated[bool, typer.Option("--pool", help="The accounts nobody owns.")] = False,
    csv: Annotated[bool, typer.Option("--csv", help="As CSV.")] = False,
    json_: Json = False,
    slack: Annotated[bool, typer.Option("--slack", help="As text for Slack.")] = False,
    mail: Annotated[bool, typer.Option("--mail", help="Send the digests of today now.")] = False,
    as_of: AsOf = None,
    limit: Annotated[int | None, typer.Option(help="Show at most so many of each.")] = None,
    home: Home = None,
) -> None:
    """Whom to call today, why now, what it is worth; whom to leave alone, whom to let go."""
    if asked.invoked_subcommand is not None:
        return
    with opened(home) as deps:
        if mail:
            _mail(deps, owner)
            return
        size = limit if limit is not None else EVERYTHING if csv or json_ else 12
        found = read(deps, as_of, ListRequest(POOL if pool else owner, max(1, size)))
        if csv:
            echo(csv_of(found).decode())
        elif json_:
            echo_document(json_of(found) + "\n")
        elif slack:
            from agent.digest import slack_text  # noqa: PLC0415 - it loads the way out

            echo(slack_text(deps, found) + "\n")
        else:
            show_list(found, limit or SOME_LEFT)


def read(deps: "Deps", as_of: str | None, asked: ListRequest) -> "AccountList":
    """The list of the last morning, or of one somebody named as it was known then."""
    found = _desk(deps, as_of).read(asked)
    if asked.owner not in {"", POOL, *found.owners}:
        raise BadInput(f"--owner {asked.owner!r} owns no account; known: {', '.join(found.owners)}")
    return found


def _desk(deps: "Deps", as_of: str | None) -> AccountDesk:
    day = last_day(deps, as_of)
    upto = max(day, deps.today()) if as_of is None else day
    return AccountDesk(deps, open_morning(deps, day), upto)


def show_list(found: "AccountList", left: int) -> None:
    """Print the three lists, and under them how old the data are."""
    counts, whose = found.counts, found.owner or "everybody"
    if found.empty:
        _print("no account can be said anything about; `lifecycle runs` shows the days run")
        return
    worth = money(counts.value_minor, found.currency)
    _print(f"[bold]Call today[/], {plain(whose)}: {counts.of(*CALL)}, net value {worth}\n")
    lines = [line for line in found.lines if line.state in CALL]
    wide = max((len(line.account.name) for line in lines), default=0)
    for number, line in enumerate(lines, 1):
        _show_line(number, line, found, wide)
    away = [f"{counts.of(s)} {words}" for s, words in AWAY if counts.of(s)]
    _print(f"not today: {', '.join(away)}\n" if away else "")
    _show_left("Leave alone", counts.leave_alone, found.leave_alone[:left])
    _show_left("Let go", counts.let_go, found.let_go[:left])
    for reason, n in counts.unscored:
        _print(f"[bold]Cannot be judged[/]: {n}, {plain(reason)}")
    for said in foot(found):
        _print(f"\n[dim]{plain(said)}[/]")


def _print(text: str) -> None:
    console.print(text, markup=True, highlight=False, soft_wrap=True)


def _show_line(number: int, line: "AccountLine", found: "AccountList", wide: int) -> None:
    """Whom, what it is worth, what to do; below it why now."""
    score, step = line.account.score, line.step
    churn = unscored_words(line.account) if score is None else f"churn {shown_score(score)}"
    if score is not None and score.week is not None:
        churn += f", {moved(score.week, found.as_of)}"
    name, worth = plain(line.account.name.ljust(wide)), money(step.nv_minor or 0, found.currency)
    whose = [] if found.owner == line.holder else [line.holder or "nobody"]
    whose += [] if line.account.owner else ["from the pool"]
    whose += [f"{line.care.who} has it"] if line.state == "claimed" else []
    rest = plain(" · ".join([called(step.play), churn, *whose]))
    _print(f"{number:>3}  [bold]{name}[/]  {worth:>14}  {rest}")
    _print(f"     [italic]{plain(line.reason)}[/]")


def _show_left(title: str, n: int, left: "tuple[Left, ...]") -> None:
    if not n:
        _print(f"[bold]{title}[/]: nobody")
        return
    more = f", the {len(left)} largest:" if n > len(left) else ":"
    _print(f"[bold]{title}[/]: {n}{more}")
    for one in left:
        _print(f"     {plain(one.account.name)}: {plain(one.why)}; {plain(one.arithmetic)}")


def _mail(deps: "Deps", owner: str) -> None:
    from agent.digest import send_digests  # noqa: PLC0415 - it loads the way out

    found = send_digests(deps, owner)
    if not found:
        console.print(
            "nobody under whose name accounts are is a person here; "
            "`lifecycle people add` lets them in"
        )
    mode = "live" if deps.settings.live else "dry run: files in the outbox, nothing leaves"
    for one in found:
        console.print(f"{one.person}: {one.words} ({mode})", highlight=False)


@accounts.command()
def claim(account: Account, token: Token = None, home: Home = None, json_: Json = False) -> None:
    """Say that you see to it; for some days it is yours, whoever owns it."""
    _say("claim", account, token, home, json_=json_)


@accounts.command()
def done(
    account: Account, note: Note = "", token: Token = None, home: Home = None, json_: Json = False
) -> None:
    """Say that it was done; it comes back when there is a new reason or more at stake."""
    _say("done", account, token, home, json_=json_, note=note)


@accounts.command()
def snooze(
    account: Account,
    until: Annotated[str, typer.Option(help="The day it comes back, as 2026-01-31.")],
    note: Note = "",
    token: Token = None,
    home: Home = None,
    json_: Json = False,
) -> None:
    """Put an account off until a day."""
    _say("snooze", account, token, home, json_=json_, until=until, note=note)


@accounts.command("not-useful")
def not_useful(
    account: Account,
    reason: Annotated[str, typer.Option(help=f"Why: one of {', '.join(USELESS)}.")] = "",
    note: Note = "",
    token: Token = None,
    home: Home = None,
    json_: Json = False,
) -> None:
    """Say that it should not have been on the list, and why; it is counted and stays away."""
    _say("not_useful", account, token, home, json_=json_, reason=reason, note=note)


@accounts.command("open")
def open_again(
    account: Account, token: Token = None, home: Home = None, json_: Json = False
) -> None:
    """Put an account back on the list, whatever was said of it."""
    _say("open", account, token, home, json_=json_)


def _say(
    kind: str,
    account: str,
    token: str | None,
    home: "Path | None",
    *,
    json_: bool,
    until: str = "",
    reason: str = "",
    note: str = "",
) -> None:
    """Say something of an account as it stands now."""
    with opened(home) as deps:
        actor = actor_of(deps, token)
        desk = _desk(deps, None)
        line, said = desk.said(find_account(desk.engine, account))
        day = deps.day(until) if until else None
        name, version = line.account.account_id, line.care.version
        wish = CareWish(cast("CareKind", kind), name, version, reason, note, day)
        result = care(deps.gate, actor, wish, said)
        if json_:
            echo_json(asdict(result), None)
            return
        lasts = "" if result.until_day is None else f" until {date(result.until_day)}"
        again = " (it was so already)" if result.again else ""
        console.print(
            one_line(f"{line.account.name} ({name}): {called(kind)}{lasts}{again}"), highlight=False
        )
