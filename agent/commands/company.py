"""Commands about a company's data: simulate one, connect one, audit it."""

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from agent.commands.console import AsOf, Data, Home, MappingFile, console, last_day, opened
from agent.commands.demo import DEMO_DAY, DEMO_SEED
from agent.commands.terminal import echo_document
from agent.quarantine import data_audit
from tools.days import from_number
from tools.errors import BadInput
from tools.reports.audit import as_json, as_page, as_text
from tools.sources.inspect import count_questions, propose
from tools.sources.simulated import simulate
from tools.warehouse.engine import DuckEngine


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(connect)
    app.command("simulate")(simulate_company)
    app.command("audit")(audit_data)


def simulate_company(
    folder: Annotated[Path, typer.Argument(help="Where the files go.")],
    end: Annotated[str, typer.Option(help="The morning of the export.")] = DEMO_DAY.isoformat(),
    seed: Annotated[int, typer.Option()] = DEMO_SEED,
    accounts: Annotated[int, typer.Option()] = 2000,
    months: Annotated[int, typer.Option()] = 18,
) -> None:
    """Write the files of a simulated company; its truth goes into a folder beside them."""
    try:
        last = date.fromisoformat(end)
    except ValueError as error:
        raise BadInput(f"--end {end!r} is not a day; write it as 2026-01-31") from error
    truth = simulate(folder, seed=seed, end=last, accounts=accounts, months=months)
    for name, rows in sorted(truth.rows.items()):
        console.print(f"{rows:>10,}  {name}", highlight=False)
    console.print(f"the truth, which the agent may not read: {truth.folder}")


def connect(
    folder: Annotated[Path, typer.Argument(help="Folder with the company's files.")],
    out: Annotated[Path | None, typer.Option(help="Where to write the mapping.")] = None,
    home: Home = None,
) -> None:
    """Look at a folder of files and propose a mapping for a person to correct."""
    text = propose(folder)
    target = out or (home or Path(".lifecycle/home")) / "company.yaml"
    if target.exists():
        raise BadInput(f"{target} exists already; give --out another name, or remove it")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, encoding="utf-8")
    console.print(text, highlight=False)
    asked = count_questions(text)
    told = f"{asked} questions in it wait for you (search for question:)" if asked else "correct it"
    console.print(f"written to {target}; {told}, then: lifecycle run --data {folder}")


def audit_data(
    as_of: AsOf = None,
    home: Home = None,
    data: Data = None,
    mapping: MappingFile = None,
    json_: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
    html: Annotated[Path | None, typer.Option(help="Write a page.")] = None,
) -> None:
    """Do the sources agree on who the customers are? Matches, conflicts, freshness, consent."""
    with opened(home, data, mapping) as deps:
        day = last_day(deps, as_of)
        engine = DuckEngine()
        deps.dataset.scan(day, engine)
        run = deps.store.runs.run_of(day)
        finished = None if run is None else run.finished_at
        found = data_audit(
            day,
            engine,
            deps.store.manifest,
            deps.dataset,
            finished=finished,
            rules=deps.rulebook.identity,
        )
        if html is not None:
            html.write_text(as_page(found), encoding="utf-8")
            console.print(f"written to {html}")
        if json_:
            echo_document(as_json(found) + "\n")
        elif html is None:
            console.print(f"Data as of {from_number(day)}", as_text(found))
