"""A real randomised e-mail trial, half of it: what a mail is worth, with an interval that holds.

Hillstrom 2008: 64,000 customers, two mails and none. The published whole is what the half must
foresee: visits +7.66 and +4.52 points, spending +.770 and +.424 a customer. Priced on a quarter of
the trial, the net value of a mail must also hold what the other quarter shows.
"""

import csv
from dataclasses import dataclass
from pathlib import Path

import pytest

from tools.stats.stratified import Difference, Pair, Sums, difference

TRIAL = Path("hillstrom_half") / "hillstrom.csv"
MAILS = ("Mens E-Mail", "Womens E-Mail")
WHOLE = {("Mens E-Mail", "visit"): 0.0766, ("Womens E-Mail", "visit"): 0.0452,
         ("Mens E-Mail", "cents"): 77.0, ("Womens E-Mail", "cents"): 42.4}  # fmt: skip
MARGIN, COST = 0.4, 2.0  # of revenue; cents a mail


@dataclass(frozen=True)
class Customer:
    """One customer of the trial."""

    number: int
    arm: str
    stratum: str
    visit: int
    cents: int


@pytest.fixture(scope="module")
def customers(shared_data: Path) -> list[Customer]:
    """Everybody in the half that was kept."""
    with (shared_data / TRIAL).open(encoding="utf-8") as file:
        return [
            Customer(
                int(row["row_id"]),
                row["segment"],
                row["mens"] + row["womens"] + row["newbie"],
                int(row["visit"]),
                round(100 * float(row["spend"])),
            )
            for row in csv.DictReader(file)
        ]


def measured(customers: list[Customer], mail: str, outcome: str) -> Difference:
    """The mail against none, stratum by stratum."""
    strata: dict[str, Pair] = {}
    for one in customers:
        value = getattr(one, outcome)
        sums = Sums(1, value, value * value)
        if one.arm == mail:
            strata[one.stratum] = strata.get(one.stratum, Pair()) + Pair(treated=sums)
        elif one.arm not in MAILS:
            strata[one.stratum] = strata.get(one.stratum, Pair()) + Pair(control=sums)
    found = difference(strata, share=outcome == "visit", expected=0.05, level=0.9)
    assert found is not None
    return found


@pytest.mark.parametrize(("mail", "outcome"), WHOLE)
def test_half_of_the_trial_holds_what_all_of_it_showed(
    customers: list[Customer], mail: str, outcome: str
) -> None:
    found = measured(customers, mail, outcome)

    assert found.low < WHOLE[mail, outcome] < found.high


@pytest.mark.parametrize("mail", MAILS)
def test_a_mail_priced_on_one_quarter_is_worth_that_on_the_other(
    customers: list[Customer], mail: str
) -> None:
    """The two estimates differ by no more than their intervals allow, after margin and cost."""
    one, other = (
        measured([c for c in customers if c.number // 2 % 2 == part], mail, "cents")
        for part in (0, 1)
    )
    priced, seen = (MARGIN * part.value - COST for part in (one, other))

    wide = 1.645 * MARGIN * (one.se**2 + other.se**2) ** 0.5
    assert abs(priced - seen) < wide
    assert MARGIN * measured(customers, mail, "cents").high - COST > 0
