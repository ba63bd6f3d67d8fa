"""What a report measures, read strictly from YAML: an unknown key names the nearest one."""

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from tools.days import day_number
from tools.errors import BadInput
from tools.file_mistakes import place_of
from tools.file_model import FileModel, read_model
from tools.reports.changes.level_shifts import Acceptance
from tools.reports.internal import Internal
from tools.reports.policy_file import MoneyEntry, QuestionEntry, ReportsFile
from tools.reports.retention.spec import RetentionQuestion, RetentionSpec
from tools.reports.revenue.spec import DatedRate, MoneySpec, Projection

if TYPE_CHECKING:
    from collections.abc import Callable

_Made = TypeVar("_Made")
_SHOWN = ("curve", "breakdowns", "reactivations")  # of a question, besides its definition


@dataclass(frozen=True)
class ReportPolicy:
    """What the sections about retention and money measure."""

    retention: tuple[RetentionQuestion, ...]
    money: MoneySpec
    accepted: tuple[Acceptance, ...] = ()


def parse_report_policy(text: str, where: str) -> ReportPolicy:
    """Read the file.

    Raises:
        BadInput: anything unknown or wrong, with file, line, key and the nearest match.
    """
    file = read_model(ReportsFile, text, where)
    internal = Internal(**_given(file.internal))
    week = {"internal": internal} | ({"week_start": file.week_start} if file.week_start else {})
    asked = tuple(
        _placed(partial(_question, entry, week), text, where, "retention", n)
        for n, entry in enumerate(file.retention or ())
    ) or (RetentionQuestion(RetentionSpec(internal=internal)),)
    money = _placed(partial(_money, file.money, internal), text, where, "money")
    accepted = tuple(
        Acceptance(each.series, day_number(each.day), each.why) for each in file.accepted or ()
    )
    return ReportPolicy(asked, money, accepted)


def _given(entry: FileModel | None) -> dict[str, Any]:
    """What an entry says; the rest has the default of what is made of it."""
    return {key: value for key, value in entry or () if value is not None}


def _placed(made: "Callable[[], _Made]", text: str, where: str, *path: int | str) -> _Made:
    """What is made of an entry; that it contradicts itself is told with its place."""
    try:
        return made()
    except BadInput as wrong:
        raise BadInput(f"{place_of(text, where, *path)}: {wrong}") from wrong


def _question(entry: QuestionEntry, week: dict[str, Any]) -> RetentionQuestion:
    given = _given(entry)
    shown = {key: given.pop(key) for key in _SHOWN if key in given}
    if entry.mode == "bracket":
        given["buckets"] = ()
    return RetentionQuestion(RetentionSpec(**given, **week), **shown)


def _money(entry: MoneyEntry | None, internal: Internal) -> MoneySpec:
    given = _given(entry)
    if "projection" in given:
        given["projection"] = Projection(**_given(given["projection"]))
    given["rates"] = tuple(
        DatedRate(each.currency, day_number(each.day), each.rate, each.source)
        for each in given.get("rates", ())
    )
    return MoneySpec(**given, internal=internal)
