"""Commands that measure: retention and recurring revenue."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from agent.commands.console import AsOf, Home, console, last_day, opened, table
from agent.commands.terminal import echo, echo_document
from agent.run import open_morning
from tools.errors import BadInput
from tools.reports.retention import exports as retention_exports
from tools.reports.retention.measure import Retention, measure_retention
from tools.reports.retention.spec import RetentionSpec
from tools.reports.revenue import exports as revenue_exports
from tools.reports.revenue.movements import measure_movements
from tools.reports.revenue.net_retention import measure_net_retention

Form = Annotated[bool, typer.Option("--csv", help="As CSV.")]
JsonForm = Annotated[bool, typer.Option("--json", help="As JSON.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(retention)
    app.command()(revenue)


def retention(
    as_of: AsOf = None,
    home: Home = None,
    entity: Annotated[Literal["contact", "account"], typer.Option()] = "contact",
    birth: Annotated[
        Literal["signup", "first_activity", "first_purchase", "first_invoice"],
        typer.Option(help="What starts the clock."),
    ] = "signup",
    returns: Annotated[
        Literal["usage", "named", "purchases", "invoices"],
        typer.Option(help="What counts as back."),
    ] = "usage",
    event: Annotated[str | None, typer.Option(help="The event, with --returns named.")] = None,
    mode: Annotated[Literal["on", "on_or_after", "bracket"], typer.Option()] = "on",
    clock: Annotated[Literal["rolling", "calendar"], typer.Option()] = "rolling",
    unit: Annotated[Literal["day", "week", "month"], typer.Option()] = "week",
    buckets: Annotated[
        str, typer.Option(help="As 1,4,12 or 0-12; brackets as 1-8,8-29.")
    ] = "1,4,12",
    cohort: Annotated[Literal["day", "week", "month"], typer.Option()] = "month",
    incomplete: Annotated[Literal["exclude", "mark"], typer.Option()] = "exclude",
    by: Annotated[
        Literal["plan", "acquisition"] | None,
        typer.Option(help="Split the cohorts by what was true when each began."),
    ] = None,
    min_size: Annotated[int, typer.Option(help="Smaller cohorts show counts only.")] = 20,
    csv_: Form = False,
    json_: JsonForm = False,
    picture: Annotated[Path | None, typer.Option(help="Write a heat map: .png or .svg.")] = None,
) -> None:
    """Retention by signup cohort, with its definition, intervals and incomplete buckets marked."""
    asked, bracket = _numbers(buckets), mode == "bracket"
    spec = RetentionSpec(
        entity=entity,
        birth=birth,
        returns=returns,
        event=event,
        mode=mode,
        clock=clock,
        unit=unit,
        cohort=cohort,
        incomplete=incomplete,
        min_size=min_size,
        breakdown=by,
        buckets=() if bracket else tuple(n for p in asked for n in range(p[0], p[-1] + 1)),
        brackets=tuple((p[0], p[-1]) for p in asked) if bracket else (),
    )
    with opened(home) as deps:
        world = open_morning(deps, last_day(deps, as_of)).world
        report = measure_retention(world.as_of, world.engine, world.present, spec)
        if picture is not None:
            from tools.reports.retention.heatmap import draw_heatmap  # noqa: PLC0415 - a second to load

            drawn = draw_heatmap(report)
            if picture.suffix == ".svg":
                picture.write_text(drawn.svg, encoding="utf-8")
            else:
                picture.write_bytes(drawn.png)
        if csv_ or json_:
            _echo(_written(report, as_csv=csv_), as_csv=csv_)
            return
        shown = retention_exports.as_table(report)
        console.print(table(shown.title, [f"{c} " for c in shown.header], shown.rows))
        for note in shown.notes:
            console.print(note, highlight=False)


def _written(report: Retention, *, as_csv: bool) -> str:
    return retention_exports.as_csv(report) if as_csv else retention_exports.as_json(report)


def _echo(text: str, *, as_csv: bool) -> None:
    if as_csv:
        echo(text)
    else:
        echo_document(text + "\n")


def _numbers(text: str) -> list[tuple[int, ...]]:
    """Numbers and pairs as a person writes them."""
    try:
        return [tuple(int(n) for n in part.split("-")) for part in text.split(",")]
    except ValueError as error:
        raise BadInput(
            f"--buckets {text!r}: write numbers as 1,4,12 or 0-12, brackets as 1-8,8-29"
        ) from error


def revenue(
    as_of: AsOf = None,
    home: Home = None,
    boundary: Annotated[Literal["opening", "last_day"], typer.Option()] = "opening",
    csv_: Form = False,
    json_: JsonForm = False,
) -> None:
    """Recurring revenue month by month, to the cent, with net and gross retention."""
    with opened(home) as deps:
        world = open_morning(deps, last_day(deps, as_of)).world
        given = (world.as_of, world.engine, world.present)
        moved = measure_movements(*given, boundary=boundary)
        kept = measure_net_retention(*given, boundary=boundary)
        if csv_ or json_:
            text = revenue_exports.as_csv(moved) if csv_ else revenue_exports.as_json(moved, kept)
            _echo(text, as_csv=csv_)
            return
        shown = revenue_exports.as_table(moved, kept)
        console.print(table(shown.title, [f"{c} " for c in shown.header], shown.rows))
        for note in shown.notes:
            console.print(note, highlight=False)
