"""What the store knew of the agent's work by the morning of a day, as relations for the reports.

Only what happened strictly before the day began, in the tenant's zone, is read, and statuses come
from the chain: the report of a week so reads the same rows however long after it is made.
"""

import json
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from approvals.lifting import LIFTED, effect_subject
from tools.days import DAY_US, local_day, start_of
from tools.money import Money
from tools.reports.agent_activity.relations import SCHEMAS, put_work
from tools.store.gate import history

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from zoneinfo import ZoneInfo

    from sqlmodel import Session

    from tools.roi.plays import Play
    from tools.store.gate.gate import GateTx
    from tools.store.records import Proposal, Run
    from tools.store.store import Store
    from tools.warehouse.engine import Engine

FOUR_WEEKS = 28
# A run that goes on after a crash may put its day's proposals into the queue some days late.
LATE_RUNS = 31
THOUSAND = 1_000
GAIN, SUCCESS = "gain", "value of success"

Row = dict[str, Any]


@dataclass(frozen=True)
class FactCutoff:
    """The instant before which everything counts, and the days that are looked at."""

    as_of: int
    first_day: int
    zone: "ZoneInfo"

    @property
    def instant(self) -> datetime:
        """When the day begins."""
        return self.begin(self.as_of)

    def begin(self, day: int) -> datetime:
        """When a day begins, in UTC."""
        return datetime.fromtimestamp(start_of(day, self.zone) / 1_000_000, tz=UTC)

    def day(self, instant: datetime) -> int:
        """The tenant's day of an instant."""
        days, seconds = divmod(round(instant.timestamp()), 86_400)
        return local_day(days * DAY_US + seconds * 1_000_000, self.zone)


def put_report_facts(
    engine: "Engine", store: "Store", zone: "ZoneInfo", as_of: int, first_day: int
) -> None:
    """Put what was known on the morning of `as_of` into an engine, for the section of the work.

    Flows are read from `first_day` on, or four weeks back when that is earlier; what a holdout
    compares is read from the beginning.
    """
    morning = FactCutoff(as_of, min(first_day, as_of - FOUR_WEEKS), zone)
    put_work(engine, work_tables(store, morning))


def work_tables(store: "Store", morning: FactCutoff) -> "dict[str, pa.Table]":
    """The relations of `tools/reports/agent_activity/relations.py`."""
    runs = store.runs.done_between(morning.first_day, morning.as_of, morning.instant)
    gate = store.gate.read(
        lambda tx: {
            **_gate_rows(tx.session, morning),
            "work_care": _care_rows(tx, morning),
            "work_contacts": [
                {"account_id": one.account_id, "play": one.play, "day": one.day}
                for one in tx.care.contacts(morning.as_of)
            ],
        }
    )
    rows = {**gate, "work_runs": _run_rows(runs), "work_prices": _price_rows(runs)}
    tables = {
        name: pa.Table.from_pylist(found, schema=SCHEMAS[name]) for name, found in rows.items()
    }
    tables["work_refusals"] = store.refusals.of_days([run.as_of for run in runs])
    return tables


def lifted_before(
    store: "Store", plays: "Iterable[Play]", morning: FactCutoff
) -> "dict[tuple[str, str], int]":
    """The day on which a person last lifted the demotion of a play in a segment."""
    cells = {
        effect_subject(p.id, segment): (p.id, segment) for p in plays for segment in p.segments
    }
    links = store.gate.read(lambda tx: list(history.entries(tx.session, cells, morning.instant)))
    return {cells[link.subject]: morning.day(link.at) for link in links if link.kind == LIFTED}


def _run_rows(runs: "Iterable[Run]") -> list[Row]:
    said = [(run.as_of, json.loads(run.summary)) for run in runs]
    names = ("accounts", "priced", "worthwhile", "chosen", "value_minor", "currency")
    return [
        {name: summary[name] for name in names}
        | {
            "as_of": day,
            "unpriced": sum(summary["unpriced"].values()),
            "refused": sum(summary["refused"].values()),
        }
        for day, summary in said
    ]


def _price_rows(runs: "Iterable[Run]") -> list[Row]:
    return [
        {
            "as_of": run.as_of,
            "resource": name,
            "thousandths": _thousandths(price),
            "currency": summary["currency"],
        }
        for run in runs
        for summary in [json.loads(run.summary)]
        for name, price in summary["shadow_prices"].items()
    ]


def _thousandths(cents: str) -> int:
    return int((Decimal(cents) * THOUSAND).to_integral_value(ROUND_HALF_EVEN))


def _gate_rows(session: "Session", morning: FactCutoff) -> "dict[str, list[Row]]":
    """Everything of the gate, from one moment of it."""
    since = morning.begin(morning.first_day)
    deeds = list(history.deeds(session, since, morning.instant))
    actions = _action_rows(session, morning)
    ids = {
        *history.asked_since(session, morning.first_day - LATE_RUNS, morning.instant),
        *(deed.proposal for _, deed in deeds),
        *(action["proposal"] for action in actions),
    }
    return {
        "work_actions": actions,
        "work_deeds": [
            {
                "seq": seq,
                "proposal": d.proposal,
                "kind": d.kind,
                "who": d.who,
                "day": d.day,
                "seconds": d.seconds,
            }
            for seq, d in deeds
        ],
        "work_proposals": _proposal_rows(session, morning, ids),
        "work_draws": [
            {name: getattr(one, name) for name in SCHEMAS["work_draws"].names}
            for one in history.draws(session, morning.as_of)
        ],
    }


def _care_rows(tx: "GateTx", morning: FactCutoff) -> list[Row]:
    """What people said of accounts, in the order in which they said it."""
    return [
        {
            "seq": seq,
            "account_id": d.account_id,
            "kind": d.kind,
            "reason": d.reason,
            "who": d.who,
            "day": d.day,
            "value_minor": d.value_minor,
            "currency": d.currency,
        }
        for seq, d in enumerate(tx.care.between(morning.first_day, morning.as_of))
    ]


def _action_rows(session: "Session", morning: FactCutoff) -> list[Row]:
    """Each action as it stood, approved on the day its last approval set it off."""
    every = {one.id: one for one in history.actions(session)}
    told = _told(session, morning, every)
    left = history.gone(session, told, morning.instant)
    return [
        {
            "action": key,
            "proposal": every[key].proposal,
            "account_id": every[key].account_id,
            "play": every[key].play,
            "channel": every[key].channel,
            "value_minor": every[key].value_minor,
            "currency": every[key].currency,
            "approved_day": max(day for status, day in steps if status == ""),
            "status": steps[-1][0] or "scheduled",
            "status_day": steps[-1][1],
            "gone": key in left,
        }
        for key, steps in sorted(told.items())
    ]


def _told(
    session: "Session", morning: FactCutoff, subjects: "Iterable[str]"
) -> "dict[str, list[tuple[str, int]]]":
    """What the chain tells of each subject: status and day, oldest first; '' where one is born."""
    told: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for link in history.entries(session, subjects, morning.instant):
        body = json.loads(link.body)
        if "to" in body:
            told[link.subject].append(
                ("" if body["from"] == "" else body["to"], morning.day(link.at))
            )
    return dict(told)


def _proposal_rows(session: "Session", morning: FactCutoff, ids: "set[str]") -> list[Row]:
    told = _told(session, morning, ids)
    return [
        _proposal_row(one, told[one.id], morning)
        for one in history.proposals(session, ids)
        if one.id in told
    ]


def _proposal_row(
    proposal: "Proposal", steps: "Sequence[tuple[str, int]]", morning: FactCutoff
) -> Row:
    price = _steps_of(proposal)
    status, day = steps[-1]
    return {
        "proposal": proposal.id,
        "account_id": proposal.account_id,
        "play": proposal.play,
        "segment": proposal.segment,
        "created_day": morning.day(proposal.created_at),
        "value_minor": proposal.value_minor,
        "currency": proposal.currency,
        "status": status or "pending",
        "status_day": day,
        "success_minor": price.get(SUCCESS),
        "gain_minor": price.get(GAIN),
    }


def _minor_of(amount: "Mapping[str, str]") -> int:
    return Money(Decimal(amount["amount"]), amount["currency"]).minor


def _steps_of(proposal: "Proposal") -> "Mapping[str, int]":
    """The lines of the price people saw, in minor units; none when the text is not there."""
    try:
        steps = json.loads(proposal.envelope)["worth"]["steps"]
        return {step["label"]: _minor_of(step["amount"]) for step in steps}
    except (KeyError, TypeError, ValueError, ArithmeticError):
        return {}
