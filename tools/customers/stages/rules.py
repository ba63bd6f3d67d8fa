"""`policies/stages.yaml`: which rule book a company gets, and what its stages mean."""

import hashlib
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from tools.customers.stages.conditions import Condition, parse_condition
from tools.customers.stages.file import BookEntry, RiskFlagEntry, StageEntry, StagesFile
from tools.customers.stages.vocabulary import CUSTOMER_FACTS, STAGES, WORDS
from tools.errors import BadInput, BadRule, nearest
from tools.file_model import read_model

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path


@dataclass(frozen=True)
class Stage:
    """One stage of a book and the condition under which it holds."""

    name: str
    condition: Condition
    why: str


@dataclass(frozen=True)
class Book:
    """The rules for one kind of company, first match wins; `customer` is the fact that decides."""

    name: str
    customer: str
    stages: tuple[Stage, ...]

    @property
    def names(self) -> frozenset[str]:
        """Every word the book uses."""
        return frozenset().union(*(s.condition.rule.names for s in self.stages))

    @property
    def offsets(self) -> frozenset[tuple[str, int]]:
        """Every (word, days) at which an answer may change."""
        return frozenset().union(*(s.condition.offsets for s in self.stages))


@dataclass(frozen=True)
class RiskFlag:
    """Hysteresis of the flag; ranks are shares of the scored population, 1 is the worst."""

    enter_rank: float
    exit_rank: float
    days_in: int
    days_out: int
    overdue_days: int
    billing_days: int


@dataclass(frozen=True)
class TransitionRules:
    """How old a transition may be and still start something, and when a day is final."""

    max_staleness_days: int
    lateness_days: int


@dataclass(frozen=True)
class StageRules:
    """The whole file; `version` ends with a digest, so an edit without a new number shows."""

    version: str
    valid_from: date
    owner: str
    books: tuple[Book, ...]
    risk_flag: RiskFlag
    transitions: TransitionRules

    def book(self, present: "Collection[str]") -> Book | None:
        """The first book whose deciding table the company has; None when it has none of them."""
        return next((b for b in self.books if CUSTOMER_FACTS[b.customer] in present), None)

    @property
    def missing(self) -> str:
        """Why nobody can be staged when no book fits."""
        return "missing: " + ", ".join(CUSTOMER_FACTS[b.customer] for b in self.books)


def read_rules(path: "Path") -> StageRules:
    """Read and check the file.

    Raises:
        BadInput: for a key, table or value that cannot be used; BadRule for a condition.
    """
    return parse_rules(path.read_text(encoding="utf-8"), path.name)


def parse_rules(text: str, where: str) -> StageRules:
    """Check the text of the file; `where` starts every error message."""
    file = read_model(StagesFile, text, where)
    return StageRules(
        version=f"{file.version}-{hashlib.sha256(text.encode()).hexdigest()[:8]}",
        valid_from=file.valid_from,
        owner=file.owner,
        books=tuple(_book(n, b, f"{where}: books.{n}") for n, b in file.books.items()),
        risk_flag=_risk_flag(file.risk_flag, f"{where}: risk_flag"),
        transitions=TransitionRules(
            file.transitions.max_staleness_days, file.transitions.lateness_days
        ),
    )


def _book(name: str, entry: BookEntry, where: str) -> Book:
    customer = entry.customer
    if customer not in CUSTOMER_FACTS:
        raise BadInput(f"{where}.customer: {customer!r}; {nearest(customer, CUSTOMER_FACTS)}")
    stages = tuple(_stage(s, f"{where}.stages[{i}]") for i, s in enumerate(entry.stages))
    _check_order(stages, where)
    return Book(name, customer, stages)


def _stage(entry: StageEntry, where: str) -> Stage:
    name = entry.stage
    if name not in STAGES:
        raise BadInput(f"{where}: {name!r} is not a stage; {nearest(name, STAGES)}")
    condition = parse_condition(entry.when, f"{where}.when")
    if name != "at_risk" and "risk_flag" in condition.rule.names:
        raise BadRule(f"{where}.when: {WORDS['risk_flag'].name!r} may stand in at_risk only")
    return Stage(name, condition, entry.why)


def _check_order(stages: tuple[Stage, ...], where: str) -> None:
    names = [stage.name for stage in stages]
    for name in names:
        if names.count(name) > 1:
            raise BadInput(f"{where}.stages: {name!r} is there twice; join the two with or")
    if "at_risk" in names and "active" not in names[names.index("at_risk") :]:
        raise BadInput(f"{where}.stages: at_risk needs active after it: it is a part of active")


def _risk_flag(entry: RiskFlagEntry, where: str) -> RiskFlag:
    if entry.exit_rank > entry.enter_rank:
        ranks = f"{entry.exit_rank} and {entry.enter_rank}"
        raise BadInput(f"{where}: needs exit_rank <= enter_rank, found {ranks}")
    return RiskFlag(
        enter_rank=float(entry.enter_rank),
        exit_rank=float(entry.exit_rank),
        days_in=entry.days_in,
        days_out=entry.days_out,
        overdue_days=entry.overdue_days,
        billing_days=entry.billing_days,
    )
