"""A decision on a terminal of 80 columns."""

from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from agent.commands.console import console
from agent.commands.terminal import one_line as plain_text
from agent.commands.terminal import plain
from tools.roi.decide.questions import QUESTIONS
from tools.roi.decide.record import record
from tools.roi.decide.tornado_bars import bars

if TYPE_CHECKING:
    from typing import Any

    from rich.console import Console

    from tools.roi.decide import Recommendation

WIDTH = 14
ENDS = ("at_low", "at_high")


def show_questions() -> None:
    """Print every question with the inputs it takes."""
    for one in QUESTIONS.values():
        says = f"{one.says[0].upper()}{one.says[1:]}."
        _print(console, f"[bold]{one.key}[/]  {one.title} {says}")
        names = ", ".join(
            f"{spec.name}={'|'.join(spec.choices)}" if spec.choices else spec.name
            for spec in one.specs.values()
        )
        console.print(f"  {names}\n", highlight=False)
    console.print(
        "lifecycle decide accept revenue=30000 margin=0.65 support=6000 years=3 "
        "renewal=0.8 acquisition=9000",
        highlight=False,
    )


def show_decision(found: "Recommendation", to: "Console") -> None:
    """Print the answer first, then the figures, what swings them, warnings and sources."""
    told = record(found)
    about = f"  {plain(told['about'])}" if told["about"] else ""
    _print(to, f"[bold]{told['title']}[/]{about}")
    _print(to, plain(told["words"]))
    if told["figures"]:
        to.print()
        to.print(_figures(told))
    if told["likely"]:
        _print(to, told["likely"]["words"])
    for one in told["breakeven"]:
        _print(to, f"break-even: {one['label']} [bold]{one['words']}[/]")
    _uncertain(told, to)
    _tornado(found, told, to)
    _multiples(told, to)
    _list(to, "Know before you believe it", [one["words"] for one in told["warnings"]])
    _list(to, "Note", told["notes"])
    _inputs(told, to)
    _print(to, f"[dim]formula {told['formula_version']}, inputs {told['input_hash'][:16]}[/]")


def _print(to: "Console", text: str) -> None:
    to.print(text, markup=True, highlight=False)


def _grid(*justify: str) -> Table:
    made = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    for one in justify:
        made.add_column(
            justify="right" if one == "right" else "left", overflow="fold", no_wrap=one == "right"
        )
    return made


def _figures(told: "dict[str, Any]") -> Table:
    """Both conventions side by side; doing nothing is the last line."""
    made = _grid("left", "right", "right")
    made.add_row("", Text("seed", "dim"), Text("survival", "dim"))
    for one in told["figures"]:
        both = one["by_convention"]
        style = "bold" if one["name"] == told["judged_by"] else ""
        made.add_row(one["label"], both["seed"]["words"], both["survival"]["words"], style=style)
    made.add_row("doing nothing", "0", "0")
    return made


def _uncertain(told: "dict[str, Any]", to: "Console") -> None:
    one = told["most_uncertain"]
    if one is None:
        return
    turns = one["breakeven"]
    words = f"; the answer turns at [bold]{turns['words']}[/]" if turns else ""
    _print(to, f"\nmost uncertain: {one['label']}{words}")


def _tornado(found: "Recommendation", told: "dict[str, Any]", to: "Console") -> None:
    if not told["tornado"]:
        return
    label = next(
        (one["label"] for one in told["figures"] if one["name"] == told["judged_by"]),
        next((one["label"] for one in told["breakeven"] if one["name"] == told["judged_by"]), ""),
    )
    how = ", ".join(part for part in (told["convention"], told["currency"]) if part)
    _print(to, f"\n[bold]What swings it[/], one input at a time: {label} ({how})")
    made = _grid("left", "left", "right", "right", "right")
    for one, bar in zip(told["tornado"], bars(found.swings, WIDTH), strict=True):
        made.add_row(one["name"], bar, _ends(one), *(_bare(one[at]["words"]) for at in ENDS))
    to.print(made)


def _ends(one: "dict[str, Any]") -> str:
    return f"{_bare(one['low']['words'])} … {_bare(one['high']['words'])}"


def _bare(words: str) -> str:
    return words.split(" ", maxsplit=1)[0].removesuffix(".00")


def _multiples(told: "dict[str, Any]", to: "Console") -> None:
    if not told["multiples"]:
        return
    _print(to, "\n[bold]The same under every convention in use[/]")
    made = _grid("left", "right", "right")
    for one in told["multiples"]:
        net = "" if one["net"] is None else one["net"]["words"]
        made.add_row(one["convention"], f"{one['words']} years", net)
    to.print(made)


def _list(to: "Console", title: str, words: "list[str]") -> None:
    if not words:
        return
    _print(to, f"\n[bold]{title}[/]")
    made = _grid("left", "left")
    for one in words:
        made.add_row("-", plain_text(one))
    to.print(made)


def _inputs(told: "dict[str, Any]", to: "Console") -> None:
    if not told["inputs"]:
        return
    _print(to, "\n[bold]What it rests on[/]")
    made = _grid("left", "right", "left")
    for one in told["inputs"]:
        instead = f", instead of {one['instead_of']}" if one["instead_of"] else ""
        owner = "" if one["owner"] in {"you", "the agent"} else f" ({one['owner']})"
        made.add_row(one["name"], one["words"], f"{one['source']}{owner}{instead}")
    to.print(made)
