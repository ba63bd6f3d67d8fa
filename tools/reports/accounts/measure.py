"""Rank accounts by what can be done about them, and say who may be left alone.

`make_accounts` makes what stands still for the day: `account_base`, one row for every account that
pays or for which something is worth doing, in exactly one part: list, leave_alone, let_go or
unscored; after somebody said no to a step, `make_base` makes that alone anew. `make_lines` adds
what people said of them and shares the day out; `read_list` reads what is shown. Needs the
relations of a priced morning and those of `tools.reports.accounts.terms`.
"""

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

import pyarrow as pa

from tools.actions import DO_NOTHING
from tools.reports.accounts import format as texts
from tools.reports.accounts.model import (
    Account,
    AccountLine,
    AccountList,
    Counts,
    Fresh,
    LatestFeedback,
    Left,
    NextStep,
    Score,
    ScoreChange,
    State,
    TermEnd,
    Touch,
    Unscored,
)
from tools.reports.accounts.terms import POOL, ListNumbers, ListRequest
from tools.warehouse.sql import read_sql

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tools.warehouse.engine import Engine

OF_HUNDRED = 95
ENOUGH_STEPS = 200
OTHERS = 6
Row = dict[str, Any]


@dataclass(frozen=True)
class Floor:
    """The least change of a score that is taken as real, in basis points, and how it was found."""

    bp: int
    words: str


def make_accounts(as_of: int, engine: "Engine", terms: ListNumbers) -> Floor:
    """Make `account_base` and what it is made of; say what change of a score is real."""
    given = {"as_of": as_of}
    engine.create("account_scores", _sql("changes"), **given)
    floor = _floor(engine.run(_sql("noise"), **given).to_pylist(), terms)
    reasons = {"renewal_days": terms.renewal_days, "new_days": terms.new_days}
    engine.create("account_reasons", _sql("reasons"), floor_bp=floor.bp, **reasons, **given)
    engine.create("account_touches", _sql("touches"), **given)
    make_base(as_of, engine)
    return floor


def make_base(as_of: int, engine: "Engine") -> None:
    """Make `account_base` from its parts, anew whenever its inputs are others."""
    engine.create("account_best", _sql("best"))
    engine.create("account_base", _sql("base"), as_of=as_of)


def _floor(steps: "list[Row]", terms: ListNumbers) -> Floor:
    """The step that 95 of 100 day-to-day steps of all scores do not exceed; at least the terms'."""
    total, seen, found = sum(row["n"] for row in steps), 0, 0
    least = texts.points(terms.least_bp)
    if total < ENOUGH_STEPS:
        return Floor(terms.least_bp, f"declared: too few days of scores are kept, {least}")
    for row in steps:
        found, seen = row["step_bp"], seen + row["n"]
        if seen * 100 >= total * OF_HUNDRED:
            break
    said = f"{OF_HUNDRED} of 100 day-to-day steps of the scores are within {texts.points(found)}"
    return Floor(max(found, terms.least_bp), f"{said}; declared least {least}")


def make_lines(today: int, engine: "Engine", terms: ListNumbers) -> tuple[str, ...]:
    """Make `account_lines`: the state and the holder of every account of the list; the owners."""
    found = engine.run(
        "SELECT DISTINCT owner AS owner FROM account_base WHERE NOT owner IS NULL ORDER BY owner"
    )
    owners: list[str] = found["owner"].to_pylist()
    capacity = [terms.of(owner) for owner in owners]
    engine.put(
        "account_owners",
        pa.table(
            {
                "owner": pa.array(owners, pa.string()),
                "capacity": pa.array(capacity, pa.int64()),
            }
        ),
    )
    levels = range(1, max(capacity, default=0) + 1)
    engine.put("account_levels", pa.table({"level": pa.array(levels, pa.int64())}))
    engine.create("account_lines", _sql("lines"), today=today, more_share=terms.more_share)
    return tuple(owners)


def read_list(
    as_of: int,
    today: int,
    engine: "Engine",
    terms: ListNumbers,
    floor: Floor,
    asked: ListRequest,
    currency: str,
) -> AccountList:
    """What is shown to whoever asked; lines without anything new have no sentence yet."""
    owners = engine.run("SELECT owner AS owner FROM account_owners ORDER BY owner")
    reader = _Reader(as_of, currency, floor)
    parts = {
        part: _shown(engine, part, asked) for part in ("list", "leave_alone", "let_go", "unscored")
    }
    return AccountList(
        as_of,
        today,
        asked.owner,
        tuple(owners["owner"].to_pylist()),
        currency,
        terms.of(asked.owner) if asked.owner not in {"", POOL} else None,
        _with_others(engine, [reader.line(row) for row in parts["list"]]),
        _left(engine, reader, parts["leave_alone"]),
        _left(engine, reader, parts["let_go"]),
        tuple(Unscored(reader.account(r), r["unscored_reason"]) for r in parts["unscored"]),
        _counts(engine, asked),
        _fresh(as_of, engine),
        Decimal(floor.bp) / 100,
        floor.words,
        texts.by_hand(terms.by_hand) if terms.by_hand else "",
    )


def _shown(engine: "Engine", part: str, asked: ListRequest) -> "list[Row]":
    rows: list[Row] = engine.run(
        _sql("shown"),
        part=part,
        owner=asked.owner,
        pool=POOL,
        account=asked.account,
        size=asked.limit,
    ).to_pylist()
    return rows


def reasons_of(engine: "Engine", account_id: str) -> tuple[str, ...]:
    """The reasons there are today, to be kept with what a person says."""
    sql = "SELECT reason AS reason FROM account_reasons WHERE account_id = $id ORDER BY reason"
    return tuple(engine.run(sql, id=account_id)["reason"].to_pylist())


def _counts(engine: "Engine", asked: ListRequest) -> Counts:
    rows = engine.run(_sql("counts"), owner=asked.owner, pool=POOL).to_pylist()
    states: dict[State, int] = {}
    parts: dict[str, int] = {}
    missing: dict[bool, dict[str, int]] = {True: {}, False: {}}
    for row in rows:
        parts[row["part"]] = parts.get(row["part"], 0) + row["n"]
        if row["part"] == "list":
            states[row["state"]] = states.get(row["state"], 0) + row["n"]
        if row["reason"] is not None:
            found = missing[row["part"] == "unscored"]
            found[row["reason"]] = found.get(row["reason"], 0) + row["n"]
    value = sum(r["nv_minor"] for r in rows if r["state"] in {"today", "claimed"})
    return Counts(
        tuple(sorted(states.items())),
        value,
        parts.get("leave_alone", 0),
        parts.get("let_go", 0),
        tuple(sorted(missing[True].items())),
        tuple(sorted(missing[False].items())),
    )


def _fresh(as_of: int, engine: "Engine") -> tuple[Fresh, ...]:
    return tuple(
        Fresh(r["source"], r["tbl"], r["latest_day"], as_of - 1 - r["latest_day"])
        for r in engine.run(_sql("freshness"), as_of=as_of).to_pylist()
    )


def _with_others(engine: "Engine", lines: "list[AccountLine]") -> tuple[AccountLine, ...]:
    """Lines with what else could be done, doing nothing always among it."""
    _ask(engine, [line.account.account_id for line in lines])
    found: dict[str, list[NextStep]] = {}
    for row in engine.run(_sql("others")).to_pylist():
        step = NextStep(
            row["play"], row["nv_minor"], row["q10_minor"], row["q90_minor"], row["why"]
        )
        found.setdefault(row["account_id"], []).append(step)
    return tuple(
        replace(line, others=_others(line, found.get(line.account.account_id, [])))
        for line in lines
    )


def _others(line: AccountLine, steps: "Iterable[NextStep]") -> tuple[NextStep, ...]:
    rest = [step for step in steps if step.play != line.step.play]
    if all(step.play != DO_NOTHING for step in rest):
        rest.append(NextStep(DO_NOTHING, 0, 0, 0, ""))
    ranked = sorted(rest, key=lambda step: (-(step.nv_minor or 0), step.play))
    nothing = next(step for step in ranked if step.play == DO_NOTHING)
    kept = ranked[:OTHERS]
    return tuple(kept if nothing in kept else [*kept[:-1], nothing])


def _ask(engine: "Engine", accounts: "list[str]") -> None:
    engine.put("account_asked", pa.table({"account_id": pa.array(accounts, pa.string())}))


def _left(engine: "Engine", reader: "_Reader", rows: "list[Row]") -> tuple[Left, ...]:
    """Accounts nobody should call, with what bars a step where one would be worth it."""
    barred = [row["account_id"] for row in rows if row["play"] is not None]
    held = _held(engine, barred)
    return tuple(reader.left(row, held.get((row["account_id"], row["play"]), "")) for row in rows)


def _held(engine: "Engine", accounts: "list[str]") -> dict[tuple[str, str], str]:
    """Why some steps of these accounts may not be taken."""
    _ask(engine, accounts)
    rows = engine.run(
        "SELECT h.account_id AS account_id, h.play AS play, MIN(h.why) AS why "
        "FROM account_held_back AS h INNER JOIN account_asked AS q "
        "ON q.account_id = h.account_id GROUP BY h.account_id, h.play"
    ).to_pylist()
    return {(row["account_id"], row["play"]): row["why"] for row in rows}


@dataclass(frozen=True)
class _Reader:
    """Rows as the nouns of the list."""

    as_of: int
    currency: str
    floor: Floor

    def account(self, row: Row) -> Account:
        """What is known of the account of a row."""
        return Account(
            row["account_id"],
            texts.short(row["name"] or "") or row["account_id"],
            row["owner"] or "",
            row["stage"] or "",
            row["since_day"],
            self._score(row),
            row["unscored_reason"] or "",
            row["mrr_minor"],
            row["currency"] or self.currency,
            row["renewal_day"],
            row["tickets_open"] or 0,
            row["tickets_open_high"] or 0,
            self._touch(row),
            bool(row["paused"]),
            _renewal(row),
        )

    def _score(self, row: Row) -> Score | None:
        if row["churn_ppm"] is None:
            return None
        week, month = self._change(row, "week"), self._change(row, "month")
        return Score(_percent(row["churn_ppm"]), week, month)

    def _change(self, row: Row, over: str) -> ScoreChange | None:
        then = row[f"{over}_ppm"]
        if then is None:
            return None
        moved = row["churn_ppm"] - then
        real = abs(moved) >= self.floor.bp * 100
        return ScoreChange(row[f"{over}_day"], _percent(moved) if real else None)

    def _touch(self, row: Row) -> Touch | None:
        """The last touch, or what a person said they did after it."""
        said = row["care_day"] if row["care_kind"] == "done" else None
        if said is not None and said >= (row["touch_day"] or said):
            return Touch(said, f"done by {row['care_who']}")
        return None if row["touch_day"] is None else Touch(row["touch_day"], texts.touched(row))

    def line(self, row: Row) -> AccountLine:
        """An account of the list."""
        step = NextStep(row["play"], row["nv_minor"], row["q10_minor"], row["q90_minor"], "")
        way = texts.decided(row)
        return AccountLine(
            self.account(row),
            row["holder"] or "",
            cast("State", row["state"]),
            row["place"],
            row["code"] or "",
            texts.reason(row, self.as_of, self.currency),
            step,
            row["goal"],
            row["cost_minor"],
            row["hours"],
            row["headroom_minor"],
            _care(row),
            way=way,
            drawn=bool(row["drawn"]),
        )

    def left(self, row: Row, barred: str) -> Left:
        """An account nobody should call; `barred` is why its best step may not be taken."""
        said = texts.arithmetic(row, self.currency)
        if row["play"] is not None:
            said = texts.forbidden(row, self.currency, barred)
        return Left(self.account(row), row["left_reason"], said, row["kept_minor"])


def _renewal(row: Row) -> TermEnd | None:
    """When its term ends and what its chance is then, of an account without a score."""
    if row["churn_ppm"] is not None or row["bound_ppm"] is None:
        return None
    return TermEnd(row["bound_day"], _percent(row["bound_ppm"]))


def _care(row: Row) -> LatestFeedback:
    return LatestFeedback(
        row["care_version"],
        row["care_kind"] or "",
        row["care_who"] or "",
        row["care_reason"] or "",
        row["care_day"],
        row["care_until"],
    )


def _percent(millionths: int) -> Decimal:
    return Decimal(millionths) / 10_000


def _sql(name: str) -> str:
    return read_sql(__package__, name)
