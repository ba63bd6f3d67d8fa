"""`policies/stages.yaml`: which rule book a company gets, and what its stages mean."""

import hashlib
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import yaml

from tools.customers.stages.conditions import Condition, parse_condition
from tools.customers.stages.vocabulary import CUSTOMER_FACTS, STAGES, WORDS
from tools.errors import BadInput, BadRule, nearest
from tools.reading import load_yaml

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

TOP_KEYS = ("version", "valid_from", "owner", "books", "risk_flag", "transitions")
BOOK_KEYS = ("for", "customer", "stages")
STAGE_KEYS = ("stage", "when", "why")


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
class Transitions:
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
    transitions: Transitions

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
    try:
        given = load_yaml(text)
    except yaml.YAMLError as error:
        raise BadInput(f"{where}: cannot be read as YAML: {error}") from error
    top = _mapping(given, TOP_KEYS, where)
    books = _mapping(top["books"], None, f"{where}: books")
    return StageRules(
        version=f"{top['version']}-{hashlib.sha256(text.encode()).hexdigest()[:8]}",
        valid_from=_date(top["valid_from"], f"{where}: valid_from"),
        owner=str(top["owner"]),
        books=tuple(_book(n, b, f"{where}: books.{n}") for n, b in books.items()),
        risk_flag=_risk_flag(top["risk_flag"], f"{where}: risk_flag"),
        transitions=_transitions(top["transitions"], f"{where}: transitions"),
    )


def _mapping(given: object, keys: "Collection[str] | None", where: str) -> dict[str, Any]:
    """A mapping that has all of the keys and no other."""
    if not isinstance(given, dict) or not given:
        raise BadInput(f"{where}: expected keys with values, found {given!r}")
    for key in given:
        if keys is not None and key not in keys:
            raise BadInput(f"{where}: unknown key {key!r}; {nearest(str(key), keys)}")
    absent = [key for key in keys or () if key not in given]
    if absent:
        raise BadInput(f"{where}: key {absent[0]!r} is absent; add it")
    return given


def _date(given: object, where: str) -> date:
    if not isinstance(given, date):
        raise BadInput(f"{where}: write a date as 2024-12-31, not {given!r}")
    return given


def _book(name: str, given: object, where: str) -> Book:
    fields = _mapping(given, BOOK_KEYS, where)
    customer = str(fields["customer"])
    if customer not in CUSTOMER_FACTS:
        raise BadInput(f"{where}.customer: {customer!r}; {nearest(customer, CUSTOMER_FACTS)}")
    if not isinstance(fields["stages"], list) or not fields["stages"]:
        raise BadInput(f"{where}.stages: expected a list, the first that holds first")
    stages = tuple(_stage(s, f"{where}.stages[{i}]") for i, s in enumerate(fields["stages"], 1))
    _check_order(stages, where)
    return Book(name, customer, stages)


def _stage(given: object, where: str) -> Stage:
    fields = _mapping(given, STAGE_KEYS, where)
    name = str(fields["stage"])
    if name not in STAGES:
        raise BadInput(f"{where}: {name!r} is not a stage; {nearest(name, STAGES)}")
    condition = parse_condition(str(fields["when"]), f"{where}.when")
    if name != "at_risk" and "risk_flag" in condition.rule.names:
        raise BadRule(f"{where}.when: {WORDS['risk_flag'].name!r} may stand in at_risk only")
    return Stage(name, condition, str(fields["why"]))


def _check_order(stages: tuple[Stage, ...], where: str) -> None:
    names = [stage.name for stage in stages]
    for name in names:
        if names.count(name) > 1:
            raise BadInput(f"{where}.stages: {name!r} is there twice; join the two with or")
    if "at_risk" in names and "active" not in names[names.index("at_risk") :]:
        raise BadInput(f"{where}.stages: at_risk needs active after it: it is a part of active")


def _risk_flag(given: object, where: str) -> RiskFlag:
    fields = _mapping(given, RiskFlag.__annotations__, where)
    flag = RiskFlag(
        enter_rank=_number(fields, "enter_rank", where),
        exit_rank=_number(fields, "exit_rank", where),
        days_in=_whole(fields, "days_in", where, least=1),
        days_out=_whole(fields, "days_out", where, least=1),
        overdue_days=_whole(fields, "overdue_days", where),
        billing_days=_whole(fields, "billing_days", where, least=1),
    )
    if not 0 < flag.exit_rank <= flag.enter_rank <= 1:
        ranks = f"{flag.exit_rank} and {flag.enter_rank}"
        raise BadInput(f"{where}: needs 0 < exit_rank <= enter_rank <= 1, found {ranks}")
    return flag


def _transitions(given: object, where: str) -> Transitions:
    fields = _mapping(given, Transitions.__annotations__, where)
    return Transitions(**{key: _whole(fields, key, where) for key in fields})


def _number(fields: "Mapping[str, object]", key: str, where: str) -> float:
    value = fields[key]
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadInput(f"{where}.{key}: expected a number, found {value!r}")
    return float(value)


def _whole(fields: "Mapping[str, object]", key: str, where: str, *, least: int = 0) -> int:
    value = fields[key]
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise BadInput(
            f"{where}.{key}: expected a whole number of days from {least}, found {value!r}"
        )
    return value
