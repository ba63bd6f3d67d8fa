"""The true value of an action agrees with futures drawn anew, and follows its laws."""

from datetime import date, timedelta

import pytest

from tests.oracle.reading import read_truth
from tests.oracle.replay import replayed
from tests.oracle.values import Action, Case, Economy, dues, true_value
from tests.oracle.world import Account, Truth, later, month_of
from tests.sources.simulated_worlds import END, world

PLAYS = ("retention_call", "success_review", "upsell_seats", "upsell_plan", "winback_offer",
         "winback_email", "concession_discount", "acceleration_call")  # fmt: skip
EACH = 3


@pytest.fixture(scope="module")
def truth() -> Truth:
    """A small company's."""
    made = world()
    return read_truth(made.truth.folder, made.folder)


def some(truth: Truth, play: str) -> list[Account]:
    """Accounts the play is for, of different segments."""
    lapsed = play.startswith("winback")
    fitting = [
        a
        for a in truth.accounts.values()
        if (a.lost(END) if lapsed else a.spell(END)) and a.line(END)
    ]
    by_segment = {a.segment: a for a in fitting}
    return list(by_segment.values())[:EACH]


@pytest.mark.parametrize("table", ["points", "shares"])
@pytest.mark.parametrize("play", PLAYS)
def test_the_true_value_is_the_mean_of_futures_drawn_anew(
    truth: Truth, play: str, table: str
) -> None:
    for account in some(truth, play):
        action = Action(account.account_id, play, END)
        expected = true_value(action, truth, table, Economy()).gain

        drawn = replayed(action, truth, table, Economy(), seed=5)

        assert abs(drawn.mean - expected) <= 4 * drawn.error + 0.01


def test_a_term_that_ends_beyond_the_window_can_neither_be_saved_nor_lost_in_it(
    truth: Truth,
) -> None:
    bound = [
        a
        for a in truth.accounts.values()
        if (s := a.spell(END)) is not None
        and s.interval == 12
        and a.line(END)
        and all(
            later(s.started, 12 * k) > END + timedelta(days=60) or later(s.started, 12 * k) <= END
            for k in range(1, 9)
        )
    ]

    assert len(bound) > 5
    for account in bound:
        for table in truth.names:
            action = Action(account.account_id, "retention_call", END, cost=30)
            assert true_value(action, truth, table, Economy()).net == -30


def test_calling_the_quiet_does_harm(truth: Truth) -> None:
    quiet = [
        a
        for a in truth.accounts.values()
        if a.segment == "quiet" and (s := a.spell(END)) and s.interval == 1
    ]

    for account in quiet:
        for table in truth.names:
            action = Action(account.account_id, "retention_call", END)
            assert true_value(action, truth, table, Economy()).gain < 0


def test_the_hazard_is_the_simulators(truth: Truth) -> None:
    """The chance worked out here is the one the truth states, where it states one."""
    told = world().ask(
        "SELECT account_id, month, hazard, interval_months FROM truth_months "
        "JOIN truth_accounts USING (account_id) WHERE hazard > 0 AND interval_months = 1"
    )
    for name, month, hazard, interval in told:
        account = truth.accounts[name]
        if month_of(month) - 1 in account.months:
            assert account.hazard(month_of(month), interval, truth.seasons) == pytest.approx(hazard)


def test_no_play_is_worth_its_cost_only(truth: Truth) -> None:
    name = next(iter(truth.accounts))

    worth = true_value(
        Action(name, "no such play", date(2026, 1, 1), 12.5), truth, "points", Economy()
    )

    assert (worth.gain, worth.net) == (0, -12.5)


def test_knowing_who_has_decided_moves_chances_but_not_how_many_leave(truth: Truth) -> None:
    """The chances to leave within two months come to as much with it as without."""
    fresh, known = 0.0, 0.0
    for account in truth.accounts.values():
        spell, line = account.spell(END), account.line(END)
        if spell is None or line is None:
            continue
        action = Action(account.account_id, "", END)
        until = END + timedelta(days=60)
        for number, due in enumerate(dues(spell, END, until)):
            for decided in (False, True):
                case = Case(account, line, action, truth, Economy(), decided)
                chance = case.chance(spell, None)(due, number)
                fresh, known = fresh + chance * (not decided), known + chance * decided

    assert fresh > 5
    assert abs(fresh - known) < 3 * fresh**0.5


@pytest.mark.parametrize("play", ["retention_call", "concession_discount"])
def test_where_nobody_has_decided_a_share_is_the_same_share(truth: Truth, play: str) -> None:
    """Of those who leave the play keeps its share, whenever they decide."""
    for account in some(truth, play):
        spell, line = account.spell(END), account.line(END)
        assert spell is not None
        assert line is not None
        case = Case(account, line, Action(account.account_id, play, END), truth, Economy(), True)
        effect = next(
            e for e in truth.effects("shares", play, account.segment) if e.outcome == "renewal"
        )
        due = next(iter(dues(spell, END, date.max)))
        before, after = case.chance(spell, None)(due, 0), case.chance(spell, effect)(due, 0)
        if effect.share >= 0 and due <= END + timedelta(days=effect.window_days):
            assert after == pytest.approx(before * (1 - effect.share))
