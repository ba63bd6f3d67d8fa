"""Commands about customers: features, roster, churn, segments."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from agent.commands.console import AsOf, Home, console, last_day, opened, table
from agent.commands.terminal import echo_json
from agent.run import open_morning
from tools.customers.account_profile import PAUSED
from tools.customers.features import definitions, missing
from tools.customers.segments.assign import active_segments
from tools.customers.segments.difference import examine
from tools.customers.stages import describe_because
from tools.days import from_number
from tools.errors import BadInput, nearest, nearest_id
from tools.figures import percent

if TYPE_CHECKING:
    from agent.morning import Morning

Limit = Annotated[int, typer.Option(help="Show at most so many.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (features, roster, churn, segments):
        app.command()(command)


def features(
    account: Annotated[str | None, typer.Argument(help="Id of an account.")] = None,
    describe: Annotated[bool, typer.Option(help="Print what each feature is.")] = False,
    as_of: AsOf = None,
    home: Home = None,
) -> None:
    """What is known of an account as of a day, or what each feature means."""
    if describe or account is None:
        rows = [
            (f.name, f.unit, f.meaning, ", ".join(f.needs) or "accounts") for f in definitions()
        ]
        console.print(table("Features of an account", ("name", "unit", "meaning", "needs"), rows))
        return
    with opened(home) as deps:
        world = open_morning(deps, last_day(deps, as_of)).world
        sql = "SELECT * FROM features WHERE account_id = $id"
        found = world.engine.run(sql, id=account).to_pylist()
        if not found:
            known = world.engine.run("SELECT account_id FROM accounts ORDER BY 1 LIMIT 2000")
            hint = nearest(account, known["account_id"].to_pylist())
            raise BadInput(f"no account has the id {account!r}; {hint}")
        values = [
            (f.name, _value(found[0][f.name], missing(f, world.present)), f.unit)
            for f in definitions()
        ]
        console.print(
            table(
                f"{account} as of {from_number(world.as_of)}", ("feature", "value ", "unit"), values
            )
        )


def _value(value: object, lacks: tuple[str, ...]) -> str:
    if lacks:
        return f"missing: {', '.join(lacks)}"
    return (
        "unknown" if value is None else f"{value:.4g}" if isinstance(value, float) else str(value)
    )


# A contact's stage is her own; the stage of her account stands beside it, and whether its bill is
# paused: a pause is no stage.
_ROSTER = """
SELECT
  r.*, CASE WHEN r.kind = 'contact' THEN a.stage END AS account_stage,
  COALESCE(f.paused, FALSE) AS paused
FROM roster AS r
LEFT JOIN roster AS a ON a.kind = 'account' AND a.id = r.account_id
LEFT JOIN features AS f
  ON f.account_id = CASE WHEN r.kind = 'account' THEN r.id ELSE r.account_id END
"""
_COLUMNS = ("id", "stage", "since", "because", "account is")


def roster(
    as_of: AsOf = None,
    contact: Annotated[str | None, typer.Option(help="Id of one contact or account.")] = None,
    home: Home = None,
    limit: Limit = 20,
    json_: Annotated[bool, typer.Option("--json", help="All of it as JSON lines.")] = False,
) -> None:
    """Everybody's stage on a morning, since when, and because of what."""
    with opened(home) as deps:
        morning = open_morning(deps, last_day(deps, as_of))
        _ = morning.staged
        if contact is not None:
            _one(morning, contact)
            return
        if json_:
            for row in morning.engine.run(f"{_ROSTER} ORDER BY r.kind, r.id").to_pylist():
                echo_json(row, None)
            return
        _counts(morning)
        sql = (
            f"{_ROSTER} WHERE NOT r.since_day IS NULL AND (r.kind = 'contact' "
            "OR NOT EXISTS (SELECT 1 FROM roster WHERE kind = 'contact')) "
            "ORDER BY r.since_day DESC, r.id LIMIT $n"
        )
        rows = morning.engine.run(sql, n=limit).to_pylist()
        if rows:
            console.print(table("Changed last", _COLUMNS, map(_row, rows)))


def _counts(morning: "Morning") -> None:
    rows = morning.engine.run(
        "SELECT kind, COALESCE(stage, '(not staged)') AS stage, COALESCE(unstaged_reason, '') AS "
        "reason, COUNT(*) AS n FROM roster GROUP BY 1, 2, 3 ORDER BY kind, n DESC, stage"
    ).to_pylist()
    shown = [(r["kind"], r["stage"], f"{r['n']:,}", r["reason"]) for r in rows]
    title = f"Roster as of {from_number(morning.as_of)}"
    console.print(table(title, ("", "stage", "how many ", "why"), shown))
    if lacking := sorted({"accounts", "contacts"} - morning.world.present):
        console.print(f"missing: {', '.join(lacking)}")


def _row(row: dict[str, Any]) -> tuple[object, ...]:
    since = None if row["since_day"] is None else from_number(row["since_day"])
    because = describe_because(row["because"]) if row["because"] else row["unstaged_reason"]
    account = [row["account_stage"], PAUSED if row["paused"] else None]
    return row["id"], row["stage"], since, because, "; ".join(filter(None, account))


def _one(morning: "Morning", name: str) -> None:
    """One entity's stage and its whole history as it is told as of the day."""
    rows = morning.engine.run(f"{_ROSTER} WHERE r.id = $id", id=name).to_pylist()
    if not rows:
        known = morning.engine.run("SELECT id FROM roster ORDER BY id LIMIT 2000").to_pylist()
        raise BadInput(f"nobody is called {name!r}; {nearest_id(name, [r['id'] for r in known])}")
    console.print(table(f"{name} as of {from_number(morning.as_of)}", _COLUMNS, map(_row, rows)))
    spans = morning.engine.run(
        "SELECT stage, from_day, to_day, because FROM timeline WHERE id = $id ORDER BY from_day",
        id=name,
    ).to_pylist()
    history = [
        (
            s["stage"],
            from_number(s["from_day"]),
            s["to_day"] and from_number(s["to_day"]),
            describe_because(s["because"]),
        )
        for s in spans
    ]
    console.print(table("History", ("stage", "from", "to", "because"), history))


def churn(as_of: AsOf = None, home: Home = None, limit: Limit = 20) -> None:
    """The churn model of a morning: definition, ladder, calibration, and who is most at risk."""
    with opened(home) as deps:
        morning = open_morning(deps, last_day(deps, as_of))
        scored = morning.scored
        if scored.model is None:
            console.print(f"churn is {scored.missing}", highlight=False)
            return
        model = scored.model
        console.print(
            f"lost means: {model.definition.text}",
            f"tier: {model.tier} ({model.label})",
            *model.reasons,
            sep="\n",
            highlight=False,
        )
        if model.metrics:
            rows = [[_short(m.get(c)) for c in METRICS] for m in model.metrics]
            titles = [METRICS[0], *(f"{c} " for c in METRICS[1:])]
            console.print(table("Walk-forward, with embargo", titles, rows))
        for alarm in morning.alarms:
            console.print(f"alarm: {alarm}", highlight=False)
        _at_risk(morning, limit)


METRICS = (
    "name", "snapshots", "n", "positives", "auc", "log_loss", "brier", "ece", "lift_10", "z_last",
)  # fmt: skip


def _short(value: object) -> object:
    return f"{value:.4f}" if isinstance(value, float) else value


def _at_risk(morning: "Morning", limit: int) -> None:
    """Who is most at risk, and how many are not scored and why."""
    sql = (
        "SELECT account_id, probability, band, risk_rank FROM scores "
        "WHERE NOT risk_rank IS NULL ORDER BY risk_rank DESC, account_id LIMIT $n"
    )
    top = [[_short(v) for v in r.values()] for r in morning.engine.run(sql, n=limit).to_pylist()]
    if top:
        titles = ("account", "probability ", "band", "rank ")
        console.print(table("Most at risk", titles, top))
    without = morning.engine.run(
        "SELECT COALESCE(unscored_reason, label) AS why, COUNT(*) AS n FROM scores "
        "WHERE risk_rank IS NULL GROUP BY 1 ORDER BY 1"
    ).to_pylist()
    for row in without:
        console.print(f"not scored: {row['n']:,} accounts, {row['why']}", highlight=False)
    _renewals(morning, limit)


def _renewals(morning: "Morning", limit: int) -> None:
    """Who is bound by a term beyond the horizon: when it ends, and the chance to lose them then."""
    sql = (
        "SELECT account_id, renewal_day, renewal_probability FROM scores "
        "WHERE NOT unscored_reason IS NULL AND NOT renewal_probability IS NULL "
        "ORDER BY renewal_day, renewal_probability DESC, account_id LIMIT $n"
    )
    rows = morning.engine.run(sql, n=limit).to_pylist()
    ends = [
        [r["account_id"], from_number(r["renewal_day"]), _short(r["renewal_probability"])]
        for r in rows
    ]
    if ends:
        console.print(table("Next terms to end", ("account", "on", "lost then "), ends))


def segments(as_of: AsOf = None, home: Home = None) -> None:
    """Segments, what becomes of each, and whether they really behave differently."""
    with opened(home) as deps:
        morning = open_morning(deps, last_day(deps, as_of))
        found, rules = morning.segmented, morning.rulebook.segments
        used = active_segments(rules, morning.frozen)
        goals = {s.name: s.goal for s in used}
        sizes = [(name, goals[name], f"{n:,}") for name, n in found.assigned.counts]
        console.print(
            table(
                f"Segments as of {from_number(morning.as_of)}",
                ("segment", "goal", "accounts "),
                sizes,
            )
        )
        estimates = [
            (
                e.segment,
                e.outcome,
                percent(e.mean),
                f"{percent(e.q10)} … {percent(e.q90)}",
                e.k,
                e.n,
                e.label,
            )
            for e in found.outcomes.estimates
        ]
        if estimates:
            console.print(
                table(
                    "What becomes of them",
                    ("segment", "outcome", "chance ", "80 % interval ", "k ", "n ", "evidence"),
                    estimates,
                )
            )
        for outcome, why in found.outcomes.missing:
            console.print(f"{outcome}: {why}")
        console.print(found.outcomes.definition, *found.assigned.notes, sep="\n", highlight=False)
        difference = examine(found.outcomes, rules, used, found.assigned.counts)
        for sentence in difference.sentences:
            console.print(f"- {sentence}", highlight=False)
