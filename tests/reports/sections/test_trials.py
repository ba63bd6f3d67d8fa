"""The section on trials: what is said, what is not, and who is behind it."""

from tests.reports.sections.life import AS_OF, check_laws, company, figures, said
from tests.reports.test_trials import Line, paid, trial
from tools.days import from_number
from tools.document.model import Table
from tools.reports.trials.section import make_trials

YEAR = f"trials.{from_number(AS_OF).isoformat()}"


def many(number: int, every: int = 4) -> "list[Line]":
    """Trials of half a year, of which each so-many-th pays after 20 days."""
    lines: list[Line] = []
    for n in range(number):
        start = 3 + n % 180
        lines.append(trial(f"a{n:04}", start))
        if n % every == 0 and start > 20:
            lines.append(paid(f"a{n:04}", start - 20))
    return lines


def test_says_what_is_missing() -> None:
    chapter = make_trials(company("events"))
    assert chapter.section.missing == ("subscriptions",)
    assert not figures(chapter)


def test_no_trial_is_no_figure() -> None:
    given = company("subscriptions", subscriptions=[paid("a", 30)])
    chapter = make_trials(given)
    check_laws(given, chapter)
    assert not figures(chapter)
    assert not chapter.section.blocks


def test_one_account_gets_counts_and_no_percentage() -> None:
    given = company("subscriptions", subscriptions=[trial("a", 40), paid("a", 20)])
    chapter = make_trials(given)
    check_laws(given, chapter)
    assert all(f.value is None for f in figures(chapter).values() if f.unit == "share")
    assert figures(chapter)[f"{YEAR}.started"].value == 1


def test_a_company_with_trials() -> None:
    given = company("subscriptions", subscriptions=many(720))
    chapter = make_trials(given)
    check_laws(given, chapter)
    found = figures(chapter)
    share = found[f"{YEAR}.paid-by-day-30"]
    assert share.low is not None
    assert share.high is not None
    assert share.value is not None
    assert share.low < 0.25 < share.high
    assert share.n == 720
    newest = from_number(AS_OF - 3).isoformat()[:7]
    assert found[f"trials.{newest}.paid-by-day-60"].missing == "too young"
    assert "trials of the last twelve months" in said(chapter)


def test_the_ratio_of_paid_to_started_is_never_shown() -> None:
    given = company("subscriptions", subscriptions=many(720))
    naive = sum(not line["trial"] for line in many(720)) / 720
    values = [f.value for f in figures(make_trials(given)).values() if f.unit == "share"]
    assert all(value is None or abs(value - naive) > 1e-6 for value in values)


def test_says_which_estimator_was_used() -> None:
    lines = many(100) + [trial(f"c{n}", 50, cancelled_day=45) for n in range(9)]
    given = company("subscriptions", subscriptions=lines)
    chapter = make_trials(given)
    check_laws(given, chapter)
    table = chapter.section.blocks[0]
    assert isinstance(table, Table)
    assert "Aalen and Johansen" in table.about.definition
    assert figures(chapter)[f"{YEAR}.cancelled"].value == 9
    few = make_trials(company("subscriptions", subscriptions=many(100)))
    assert "Kaplan and Meier" in few.section.blocks[0].about.definition


def test_a_year_later_the_old_months_are_the_same() -> None:
    """A month that is over keeps its figures and their ids as later days are added."""
    lines = many(400)
    now = make_trials(company("subscriptions", subscriptions=lines, as_of=AS_OF))
    later = make_trials(company("subscriptions", subscriptions=lines, as_of=AS_OF + 70))
    old = figures(now)["trials.2026-06.paid-by-day-60"]
    assert old.value is not None
    assert figures(later)["trials.2026-06.paid-by-day-60"] == old
