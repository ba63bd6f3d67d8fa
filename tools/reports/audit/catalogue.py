"""The checks as data, read from `checks.yaml` and checked."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Annotated, Literal

from pydantic import Field

from tools.errors import BadRule, nearest
from tools.file_model import FileModel, Items, Number, SomeItems, Text, read_model
from tools.reports.audit.model import Severity


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
        return self.sql or self.code

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


class CheckEntry(FileModel):
    """One check as the file writes it."""

    code: Text
    section: Text
    severity: Severity
    says: Text
    do: Text
    needs: Items[Text] = ()
    any_of: Items[Text] = ()
    of: Text | None = None
    rate: Text | None = None
    count: Literal["things", "rows"] = "things"
    high_from: Annotated[Number, Field(gt=0, le=1)] | None = None
    sql: str = ""
    with_: dict[Text, Text] = Field(default_factory=dict, alias="with")
    computed: bool = False
    dated: bool = False


class ChecksFile(FileModel):
    """All checks in order, and the titles of their sections."""

    sections: dict[Text, Text]
    checks: SomeItems[CheckEntry]


def load_checks(text: str, where: str) -> Catalogue:
    """Read checks from YAML text.

    Raises:
        BadRule: an unknown key, section or severity, or a value of the wrong type.
    """
    file = read_model(ChecksFile, text, where, BadRule)
    for n, entry in enumerate(file.checks):
        if entry.section not in file.sections:
            said = f"{entry.section!r} is not known; {nearest(entry.section, file.sections)}"
            raise BadRule(f"{where}: checks[{n}].section: {said}")
    return Catalogue(tuple(_check(entry) for entry in file.checks), file.sections)


def _check(entry: CheckEntry) -> Check:
    high = None if entry.high_from is None else float(entry.high_from)
    values = {name: getattr(entry, name) for name in CheckEntry.model_fields if name != "with_"}
    return Check(**values | {"given": entry.with_, "high_from": high})
