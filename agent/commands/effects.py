"""What each play is believed to do on the command line, and a person's word against a demotion."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from agent.commands.console import Home, console, last_day, opened, table
from agent.commands.gate import actor_of
from agent.commands.terminal import echo_json
from agent.run import open_morning
from approvals.lifting import lift_demotion
from tools.errors import BadInput, nearest
from tools.figures import percent
from tools.labels import label_of_id

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tools.roi.play_effects import PlayEffect

AsOf = Annotated[str | None, typer.Option("--as-of", help="As it was known on a day.")]
Token = Annotated[
    str | None, typer.Option(help="Your API token; LIFECYCLE_TOKEN is better, others can see this.")
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("effects")(effects_command)
    app.command("lift")(lift)


def effects_command(
    as_of: AsOf = None,
    home: Home = None,
    json_: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """What each play is believed to do to each segment, and where that comes from."""
    with opened(home) as deps:
        found, labels = open_morning(deps, last_day(deps, as_of)).effects, deps.rulebook.labels
    if json_:
        numbers = ("mean", "sd", "n")
        echo_json([{**asdict(e), **{n: str(getattr(e, n)) for n in numbers}} for e in found])
        return
    rows = [
        (label_of_id(e.play, labels), e.segment, _size(e), e.demoted or e.source) for e in found
    ]
    columns = ("play", "segment", "effect, likely between", "because")
    console.print(table("What the plays do", columns, rows))
    console.print(
        "of plays that keep customers: the share of the losses they prevent; of all others: the "
        "share added to what comes without us",
        highlight=False,
    )


def _size(effect: "PlayEffect") -> str:
    """The effect with its 80 % interval."""
    half = effect.sd * 1282 / 1000
    return (
        f"{percent(effect.mean)} ({percent(effect.mean - half)} and {percent(effect.mean + half)})"
    )


def lift(
    play: Annotated[str, typer.Argument(help="The play that is not proposed any more.")],
    segment: Annotated[str, typer.Argument(help="The segment for which it is not.")],
    reason: Annotated[str, typer.Option(help="Why it may be proposed again.")],
    token: Token = None,
    home: Home = None,
) -> None:
    """Let a play be proposed to a segment again that our own outcomes spoke against."""
    with opened(home) as deps:
        actor = actor_of(deps, token)
        demoted_cell(open_morning(deps, deps.today() + 1).effects, play, segment)
        lift_demotion(deps.gate, actor, play, segment, reason)
        named = label_of_id(play, deps.rulebook.labels)
        console.print(
            f"from tomorrow on {named} may be proposed to {segment} again; what becomes known "
            "after today may speak against it again",
            highlight=False,
        )


def demoted_cell(effects: "Sequence[PlayEffect]", play: str, segment: str) -> None:
    """Refuse a pair that there is not, or that nothing speaks against.

    Raises:
        BadInput: with the nearest name there is.
    """
    plays = sorted({one.play for one in effects})
    if play not in plays:
        raise BadInput(f"lift: no play is called {play!r}; {nearest(play, plays)}")
    known = {one.segment: one for one in effects if one.play == play}
    if segment not in known:
        raise BadInput(f"lift: {play} is not for {segment!r}; {nearest(segment, known)}")
    if known[segment].demoted is None:
        raise BadInput(f"lift: {play} may be proposed to {segment} as it is")
