"""The section of the agent's work: a week by hand, and companies without one."""

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pytest

from tests.document.mail_check import mail_faults
from tests.document.tracing import untraced
from tests.reports.sections.life import AS_OF, FIRST, check_laws, company, figures, said
from tests.reports.work_made import approved, rows_of, rulebook, together
from tools.document.format import shown
from tools.document.html import as_mail, as_page
from tools.document.model import Report, Table
from tools.reports.agent_activity.measure import measure_work, median
from tools.reports.agent_activity.relations import put_work
from tools.reports.agent_activity.section import make_work
from tools.reports.context import ReportContext
from tools.reports.incrementality.measure import OutcomeWindows

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tests.reports.sections.conftest import Simulated
    from tools.reports.context import SectionResult

WEEK = "2026-10-26.2026-11-01"
FOUR = "2026-10-05.2026-11-01"


def told(
    given: "ReportContext", relations: "Mapping[str, Iterable[Mapping[str, Any]]]"
) -> "SectionResult":
    put_work(given.engine, {name: rows_of(name, rows) for name, rows in relations.items()})
    book = rulebook()
    chapter = make_work(given, book.plays, book.economics, OutcomeWindows())
    check_laws(given, chapter)
    assert make_work(given, book.plays, book.economics, OutcomeWindows()) == chapter
    return chapter


def deed(seq: int, proposal: str, kind: str, who: str, seconds: int | None = 9) -> dict[str, Any]:
    return {
        "seq": seq,
        "proposal": proposal,
        "kind": kind,
        "who": who,
        "day": FIRST + 1,
        "seconds": seconds,
    }


def busy_week() -> "dict[str, list[Mapping[str, Any]]]":
    """Two mornings; four approvals, of which one was taken back and one left out by lot."""
    work = together(
        approved("a", day=FIRST + 1),
        approved("b", day=FIRST + 2, held=True),
        approved("c", day=FIRST + 1, status="revoked"),
        approved("d", day=FIRST - 9),
        approved("e", day=FIRST + 3, status="blocked"),
        approved("f", day=FIRST - 60),
    )
    work["work_proposals"][2] = {**work["work_proposals"][2], "status": "rejected"}
    work["work_runs"] = [
        {"as_of": FIRST + n, "priced": 40, "unpriced": 10, "worthwhile": 5, "currency": "USD"}
        for n in (0, 1)
    ]
    work["work_refusals"] = [
        {"as_of": FIRST + n, "account_id": a, "play": "upsell_seats", "rule_id": rule}
        for n in (0, 1)
        for a, rule in (("x", "consent"), ("y", "consent"), ("y", "open_ticket"), ("z", "unpriced"))
    ]
    work["work_prices"] = [
        {"as_of": FIRST, "resource": "hours csm", "thousandths": 184_200_000, "currency": "USD"},
        {"as_of": FIRST, "resource": "budget", "thousandths": 500, "currency": "USD"},
    ]
    work["work_deeds"] = [
        deed(1, "p-a", "approve", "ann", 2),
        deed(2, "p-b", "approve", "ann"),
        deed(3, "p-c", "approve", "bob", 1),
        deed(4, "p-c", "undo", "bob"),
        deed(5, "p-c", "reject", "bob", 30),
        deed(6, "p-c", "approve", "ann", None),
        deed(7, "p-e", "edit", "ann"),
        deed(8, "p-e", "approve", "bob", 20),
    ]
    return work


def test_the_steps_of_a_week_by_hand() -> None:
    chapter = told(company("accounts", "subscriptions"), busy_week())
    found = figures(chapter)

    steps = {
        "mornings": 2,
        "found": 100,
        "priced": 80,
        "worthwhile": 10,
        "refused": 2,
        "queued": 4,
        "approved": 3,
        "rejected": 1,
        "held_out": 1,
        "sent": 1,
        "gone": 1,
        "stopped": 1,
    }
    assert {name: found[f"work.{name}.{WEEK}"].value for name in steps} == steps
    assert found[f"work.sent.{FOUR}"].value == 2
    assert found[f"work.approved.{WEEK}.worth"].value == 3_000
    assert found[f"work.refused.consent.{WEEK}"].value == 2
    assert all(found[f"work.{name}.{WEEK}"].closed for name in steps)


def test_how_people_decided() -> None:
    given = company("accounts", "subscriptions")
    chapter = told(given, busy_week())
    one = measure_work(AS_OF, given.engine, FIRST, "USD").reviewing

    assert (one.people, one.approved, one.rejected, one.edited) == (2, 4, 1, 1)
    assert (one.timed, one.quick, one.seconds) == (3, 1, Fraction(29, 2))
    assert (one.doubled, one.disagreed) == (1, 1)
    assert figures(chapter)[f"work.reviewing.agreement.{WEEK}"].missing == "missing: 20 decisions"


def test_what_one_more_hour_is_worth() -> None:
    chapter = told(company("accounts", "subscriptions"), busy_week())
    found = figures(chapter)

    assert shown(found[f"work.price.hours_csm.{WEEK}"]) == "921.00 USD"
    assert shown(found[f"work.price.budget.{WEEK}"]) == "0.25 USD"
    assert "One more hour of csm would have been worth" in said(chapter)


def word(seq: int, account: str, kind: str, day: int = FIRST, **more: Any) -> dict[str, Any]:
    return {
        "seq": seq,
        "account_id": account,
        "kind": kind,
        "reason": "",
        "who": "ann",
        "day": day,
        "value_minor": 1_000,
        **more,
    }


def test_what_people_said_of_accounts_is_counted_unless_taken_back() -> None:
    """One claimed, done; one not useful; one put off and opened again; one done a month ago."""
    said_so = [
        word(0, "old", "done", FIRST - 20),
        word(1, "a", "claim"),
        word(2, "b", "not_useful", reason="too_small", who="bob", value_minor=40),
        word(3, "c", "snooze"),
        word(4, "c", "open"),
        word(5, "a", "done", FIRST + 1),
        word(7, "e", "done", FIRST + 2),
        word(6, "e", "done", currency="EUR"),
    ]
    chapter = told(company("accounts", "subscriptions"), {"work_care": said_so})
    found = {name: one.value for name, one in figures(chapter).items() if ".care." in name}

    assert found == {
        f"work.care.{name}.{span}": value
        for name, values in {
            "people": (2, 2),
            "claim": (1, 1),
            "claim.worth": (1_000, 1_000),
            "done": (3, 4),
            "done.worth": (2_000, 3_000),
            "not_useful": (1, 1),
            "not_useful.worth": (40, 40),
            "not_useful.too_small": (1, 1),
            "not_useful.too_small.worth": (40, 40),
            "of_use": (None, None),
        }.items()
        for span, value in zip((WEEK, FOUR), values, strict=True)
    }


def test_a_month_counts_what_was_said_before_its_last_four_weeks() -> None:
    given = company("accounts", "subscriptions")
    said_so = [word(0, "a", "done", AS_OF - 31), word(1, "b", "not_useful", AS_OF - 30)]
    put_work(given.engine, {"work_care": rows_of("work_care", said_so)})
    month, book = (
        ReportContext(given.as_of, given.as_of - 32, given.engine, given.present),
        rulebook(),
    )
    chapter = make_work(month, book.plays, book.economics, OutcomeWindows())
    found = {name: one.value for name, one in figures(chapter).items() if ".care.done.2" in name}
    check_laws(month, chapter)

    assert set(found.values()) == {0, 1}


def test_from_twenty_verdicts_on_the_list_has_a_share_of_use() -> None:
    said_so = [word(n, f"a{n}", "done" if n % 4 else "not_useful", reason="") for n in range(20)]
    chapter = told(company("accounts", "subscriptions"), {"work_care": said_so})
    one = figures(chapter)[f"work.care.of_use.{WEEK}"]

    assert (one.value, one.n) == (0.75, 20)
    assert one.low is not None
    assert 0.5 < one.low < 0.75


@pytest.mark.parametrize(
    ("values", "expected"), [([], None), ([5], 5), ([1, 9], 5), ([1, 2, 9], 2)]
)
def test_the_median(values: list[int], expected: int | None) -> None:
    assert median([(value, 1) for value in values]) == expected


def arms(treated: int, control: int, kept: tuple[int, int]) -> "ReportContext":
    """A company whose windows are over: so many sent to and left out, so many of them kept."""
    paying = [f"t{n}" for n in range(kept[0])] + [f"c{n}" for n in range(kept[1])]
    given = company(
        "accounts",
        "subscriptions",
        subscriptions=[
            {"account_id": a, "mrr_minor": 10_000, "currency": "USD", "started_day": 0}
            for a in paying
        ],
    )
    work = together(
        *(approved(f"t{n}", day=AS_OF - 60) for n in range(treated)),
        *(approved(f"c{n}", day=AS_OF - 60, held=True) for n in range(control)),
    )
    put_work(given.engine, {name: rows_of(name, rows) for name, rows in work.items()})
    return given


def made(given: "ReportContext") -> "SectionResult":
    book = rulebook()
    chapter = make_work(given, book.plays, book.economics, OutcomeWindows())
    check_laws(given, chapter)
    return chapter


def test_an_effect_that_is_not_certain_is_not_called_none() -> None:
    chapter = made(arms(160, 40, (120, 28)))
    found, words = figures(chapter), said(chapter)

    assert shown(found["work.play.retention_call.difference"]) == "+5.0 pp"
    assert found["work.play.retention_call.realised"].low is not None
    assert found["work.play.retention_call.detectable"].value == pytest.approx(0.227, abs=0.001)
    assert "not yet conclusive" in words
    assert "would not show" in words
    for page in (words, str(chapter.section)):
        assert "does not work" not in page


def test_an_effect_that_is_certain_is_said_with_its_interval() -> None:
    chapter = made(arms(400, 100, (380, 40)))
    one = figures(chapter)["work.play.retention_call.difference"]

    assert "came out well than without it" in said(chapter)
    assert one.value == pytest.approx(0.55)
    assert one.low is not None
    assert one.low > 0.4
    assert figures(chapter)["work.play.retention_call.monthly"].value == 400 * 5_500


def test_the_days_that_count_are_those_of_the_segments_and_are_said() -> None:
    book, given = rulebook(), arms(160, 40, (120, 28))

    def said_of(windows: OutcomeWindows) -> str:
        return str(make_work(given, book.plays, book.economics, windows).section)

    assert "A gap in paying of up to 14 days is no end." in said_of(OutcomeWindows())
    assert "A gap in paying of up to 3 days is no end." in said_of(OutcomeWindows(grace=3))


def test_small_arms_show_counts_and_no_percentage() -> None:
    found = figures(made(arms(19, 10, (19, 0))))

    assert found["work.play.retention_call.treated"].value == 19
    for name in ("with", "without", "difference", "monthly", "realised"):
        assert found[f"work.play.retention_call.{name}"].missing


def test_a_company_where_nothing_happened() -> None:
    for given in (company(), company("accounts"), company("accounts", "subscriptions")):
        chapter = told(given, {})
        assert "finished no run" in said(chapter)
        effects = [b for b in chapter.section.blocks if b.id == "work.effects"]
        assert all(isinstance(b, Table) for b in effects)
        assert all(f.value in {0, None} for f in figures(chapter).values())


def test_a_company_of_one_account() -> None:
    chapter = told(company("accounts", "subscriptions"), together(approved("a", day=FIRST)))

    assert figures(chapter)[f"work.approved.{WEEK}"].value == 1
    assert "cannot be known yet" in said(chapter)


def test_without_billing_it_is_said_and_no_money_is_made_up() -> None:
    work = together(
        *(approved(f"t{n}", day=AS_OF - 60) for n in range(30)),
        *(approved(f"c{n}", day=AS_OF - 60, held=True) for n in range(30)),
    )
    given = company(
        "accounts",
        "events",
        usage=[{"account_id": f"t{n}", "day": AS_OF - 40, "events": 1} for n in range(30)],
    )
    chapter = told(given, work)
    found = figures(chapter)

    assert chapter.section.missing == ("subscriptions",)
    assert found["work.play.retention_call.difference"].value == 1
    assert found["work.play.retention_call.monthly"].missing == "missing: subscriptions"
    assert found["work.play.upsell_seats.difference"].missing == "missing: subscriptions"
    assert "no billing" in str(chapter.section)


def test_the_simulated_company(simulated: "Simulated") -> None:
    """Its accounts, tried by a play two months ago; a lot that changed nothing shows nothing."""
    engine = simulated.given.engine
    accounts = engine.run("SELECT account_id FROM accounts ORDER BY account_id")["account_id"]
    work = together(
        *(
            approved(a, day=simulated.given.as_of - 60, held=n % 4 == 0)
            for n, a in enumerate(accounts.to_pylist())
        )
    )
    found = figures(told(simulated.given, work))

    one = found["work.play.retention_call.difference"]
    assert one.low is not None
    assert one.high is not None
    assert one.low < 0 < one.high


def test_on_the_page_and_in_the_mail_every_number_is_traced() -> None:
    for chapter in (
        told(company("accounts", "subscriptions"), busy_week()),
        made(arms(400, 100, (380, 40))),
    ):
        report = Report("weekly", AS_OF, FIRST, "", (chapter.section,))
        assert untraced(as_page(report, {}, {}), report) == []
        assert mail_faults(as_mail(report, {})) == []


def test_reviewers_are_shown_by_play_and_segment_and_no_percentage_of_few() -> None:
    work = together(
        *(approved(f"a{n}", day=FIRST + 1) for n in range(25)),
        approved("b", "upsell_seats", day=FIRST + 1),
    )
    work["work_deeds"] = [
        deed(n, f"p-retention_call-a{n // 2}", ("edit", "approve", "edit", "reject")[n % 4], "ann")
        for n in range(50)
    ] + [deed(99, "p-upsell_seats-b", "approve", "ann")]
    chapter = told(company("accounts", "subscriptions"), work)
    found = figures(chapter)
    key = "work.reviews.retention_call.Declining"

    assert found[f"{key}.decided.{FOUR}"].value == 25
    assert found[f"{key}.yes.{FOUR}"].value == 13 / 25
    assert found[f"{key}.edited.{FOUR}"].value == 1.0
    few = found[f"work.reviews.upsell_seats.Declining.yes.{FOUR}"]
    assert few.missing == "missing: 20 decisions"
