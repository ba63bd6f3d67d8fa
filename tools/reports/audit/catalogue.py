"""The checks as data, read from `checks.yaml` and checked."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import yaml

from tools.errors import BadRule, nearest
from tools.reports.audit.report import SEVERITIES, Severity


@dataclass(frozen=True)
class Check:
    """One thing the audit looks for; `sql` names the query when several checks share one.

    The subject of a `dated` check is a day number; `says` shows it as a date.
    """

    code: str
    section: str
    severity: Severity
    says: str
    do: str
    needs: tuple[str, ...] = ()
    any_of: tuple[str, ...] = ()
    of: str | None = None
    rate: str | None = None
    count: Literal["things", "rows"] = "things"
    high_from: float | None = None
    sql: str = ""
    given: Mapping[str, str] = field(default_factory=dict)
    computed: bool = False
    dated: bool = False

    @property
    def query(self) -> str:
        """The name of the query's file."""
        return f"check_{self.sql or self.code}"

    def missing(self, present: frozenset[str]) -> tuple[str, ...]:
        """The tables it needs and the company lacks."""
        lacking = tuple(name for name in self.needs if name not in present)
        if self.any_of and not present.intersection(self.any_of):
            lacking += (" or ".join(self.any_of),)
        return lacking

    def severity_at(self, share: float | None) -> Severity:
        """The severity of a share."""
        high = self.high_from is not None and share is not None and share >= self.high_from
        return "high" if high else self.severity


@dataclass(frozen=True)
class Catalogue:
    """All checks in order, and the titles of the sections."""

    checks: tuple[Check, ...]
    sections: Mapping[str, str]

    def check(self, code: str) -> Check:
        """The check of that code."""
        return next(check for check in self.checks if check.code == code)


@cache
def catalogue() -> Catalogue:
    """The checks delivered with the project."""
    text = (files(__package__) / "checks.yaml").read_text(encoding="utf-8")
    return load_checks(text, "checks.yaml")


def load_checks(text: str, where: str) -> Catalogue:
    """Read checks from YAML text; BadRule names an unknown key, section or severity."""
    table: dict[str, Any] = yaml.safe_load(text)
    sections: dict[str, str] = table["sections"]
    checks = [
        _check(row, sections, f"{where}: checks[{n}]") for n, row in enumerate(table["checks"])
    ]
    return Catalogue(tuple(checks), sections)


def _check(row: dict[str, Any], sections: Mapping[str, str], where: str) -> Check:
    row = {**row, "given": row.get("with", {})}
    row.pop("with", None)
    known = [f.name for f in fields(Check)]
    for key in row:
        _choose(key, known, f"{where}: unknown key")
    _choose(row.get("section"), sections, f"{where}.section")
    _choose(row.get("severity"), SEVERITIES, f"{where}.severity")
    for key in ("needs", "any_of"):
        row[key] = tuple(row.get(key, ()))
    return Check(**row)


def _choose(given: object, choices: Any, where: str) -> None:
    if given not in choices:
        raise BadRule(f"{where}: {given!r} is not known; {nearest(str(given), choices)}")
