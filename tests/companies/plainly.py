"""Figures of the public sets by another route: the files read by Python, dicts and sets, no SQL."""

import csv
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import pairwise
from typing import TYPE_CHECKING

import pyarrow.parquet as pq

from tools.days import day_number

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

Days = dict[str, set[int]]
KINDS = ("new", "reactivation", "expansion", "contraction", "churn")


def month_of(day: date) -> int:
    """Months since year 0."""
    return day.year * 12 + day.month - 1


def cohorts(bought: "Iterable[tuple[str, date]]") -> dict[tuple[int, int], int]:
    """How many of each month's newcomers bought again, by months since."""
    months: defaultdict[str, set[int]] = defaultdict(set)
    for who, day in bought:
        months[who].add(month_of(day))
    found: defaultdict[tuple[int, int], int] = defaultdict(int)
    for of_one in months.values():
        for month in of_one:
            found[min(of_one), month - min(of_one)] += 1
    return dict(found)


def retail(folder: "Path", *, only_purchases: bool) -> "Iterable[tuple[str, date]]":
    """Who was billed on which day; purchases are lines above zero that were not taken back."""
    names = ["InvoiceNo", "CustomerID", "InvoiceDate", "Quantity", "UnitPrice"]
    file = next(folder.glob("*.parquet"))
    columns = [pq.read_table(file, columns=[name])[name].to_pylist() for name in names]
    for number, who, moment, quantity, price in zip(*columns, strict=True):
        if who is None or who != who:  # noqa: PLR0124 - a missing number is not itself
            continue
        bought = quantity > 0 and price > 0 and str(number)[0] not in "CA"
        if bought or not only_purchases:
            yield str(int(who)), moment.date()


def cdnow(folder: "Path") -> "Iterable[tuple[str, date]]":
    """Who bought on which day."""
    lines = (folder / "CDNOW_master.txt").read_text("ascii").splitlines()
    for line in lines[1:]:
        who, day, *_ = line.split()
        yield who, datetime.strptime(day, "%Y%m%d").date()  # noqa: DTZ007 - days, no instants


def relax(folder: "Path") -> tuple[dict[str, int], list[tuple[str, int]]]:
    """The birth of each person, and each login, as day numbers; one address is one person."""
    births: dict[str, int] = {}
    person: dict[str, str] = {}
    with (folder / "takehome_users.csv").open(encoding="latin-1") as text:
        for row in csv.DictReader(text):
            day, month, year = row["creation_time"].split(" ")[0].split("-")
            born, address = day_number(date(int(year), int(month), int(day))), row["email"].lower()
            person[row["object_id"]] = address
            births[address] = min(born, births.get(address, born))
    with (folder / "takehome_user_engagement.csv").open(encoding="utf-8") as text:
        logins = [
            (person[row["user_id"]], day_number(date.fromisoformat(row["time_stamp"][:10])))
            for row in csv.DictReader(text)
        ]
    return births, logins


@dataclass(frozen=True)
class Paid:
    """What each account pays a month, in cents, on any day."""

    lines: list[tuple[str, date, date, int]] = field(default_factory=list)

    @classmethod
    def crm6(cls, folder: "Path") -> "Paid":
        """The subscriptions of the simulated CRM vendor; a period ends on its last date."""
        with (folder / "subscription.csv").open(encoding="utf-8") as text:
            return cls(
                [
                    (
                        row["account_id"],
                        date.fromisoformat(row["start_date"][:10]),
                        date.fromisoformat(row["end_date"][:10]),
                        round(float(row["mrr"]) * 100),
                    )
                    for row in csv.DictReader(text)
                ]
            )

    def on(self, day: date) -> dict[str, int]:
        """By account, who pays nothing left out."""
        paid: defaultdict[str, int] = defaultdict(int)
        for account, start, end, cents in self.lines:
            if start <= day < end and cents > 0:
                paid[account] += cents
        return dict(paid)

    def firsts(self) -> dict[str, date]:
        """The first day each account paid for."""
        found: dict[str, date] = {}
        for account, start, end, cents in self.lines:
            if cents > 0 and start < end:
                found[account] = min(start, found.get(account, start))
        return found

    def bridge(self, opening: date, closing: date) -> dict[str, int]:
        """What moved between two days, by kind, with both ends."""
        before, after, firsts = self.on(opening), self.on(closing), self.firsts()
        moved = dict.fromkeys(KINDS, 0)
        for account in before.keys() | after.keys():
            then, now = before.get(account, 0), after.get(account, 0)
            if now != then:
                moved[_kind(then, now, known=firsts[account] <= opening)] += now - then
        return {"start": sum(before.values()), **moved, "end": sum(after.values())}

    def kept(self, openings: list[date]) -> dict[str, float]:
        """Net and gross retention over consecutive openings, of those paying at the first."""
        paid = [self.on(day) for day in openings]
        then, now = paid[0], paid[-1]
        start = sum(then.values())
        lost = 0
        for before, after in pairwise(paid):
            lost += sum(max(before.get(a, 0) - after.get(a, 0), 0) for a in then)
        return {
            "nrr": sum(now.get(a, 0) for a in then) / start,
            "grr": sum(min(now.get(a, 0), cents) for a, cents in then.items()) / start,
            "grr_moves": 1 - lost / start,
            "logos": sum(a in now for a in then) / len(then),
        }

    def lives(self, openings: list[date]) -> dict[int, tuple[int, int]]:
        """By age: at risk and lost for the first time, over all cohorts of a first paid month."""
        paid = [self.on(day) for day in openings]
        totals: defaultdict[int, list[int]] = defaultdict(lambda: [0, 0])
        for account, first in self.firsts().items():
            closings = [p for day, p in zip(openings, paid, strict=True) if day >= first]
            for age, there in enumerate(closings):
                totals[age][0] += 1
                if account not in there:
                    totals[age][1] += 1
                    break
        return {age: (at_risk, lost) for age, (at_risk, lost) in totals.items()}


def _kind(then: int, now: int, *, known: bool) -> str:
    if then == 0:
        return "reactivation" if known else "new"
    if now == 0:
        return "churn"
    return "expansion" if now > then else "contraction"
