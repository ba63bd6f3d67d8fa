"""What the truth says of the simulated company, and that the files bear it out."""

from datetime import timedelta

import pytest

from tests.sources.simulated_worlds import END, world

PLAYS = {
    "retention_call", "retention_email", "success_review", "upsell_seats", "upsell_plan",
    "winback_offer", "winback_email", "acceleration_call", "concession_discount",
}  # fmt: skip

# How well one figure tells who leaves: the share of pairs it puts in the right order.
AUC = """
WITH due AS (
    SELECT account_id, bool_or(coalesce(ended <= day + 60, FALSE)) AS leaves
    FROM truth_spells, (SELECT DATE '{day}' AS day)
    WHERE started < day - 56 AND (ended IS NULL OR ended > day) GROUP BY account_id
), used AS (
    SELECT account_id, count(*) FILTER (occurred_at >= DATE '{day}' - 28) AS recent,
        count(*) FILTER (occurred_at >= DATE '{day}' - 112) AS events
    FROM product_events WHERE received_at < DATE '{day}' GROUP BY account_id
), scored AS (
    SELECT leaves, coalesce(-recent / greatest(1, events), 0) AS risk
    FROM due LEFT JOIN used USING (account_id)
), ranked AS (
    SELECT leaves, rank() OVER (ORDER BY risk)
        + (count(*) OVER (PARTITION BY risk) - 1) / 2 AS place
    FROM scored
)
SELECT count(*) FILTER (leaves), (sum(place) FILTER (leaves) - count(*) FILTER (leaves)
    * (count(*) FILTER (leaves) + 1) / 2)
    / (count(*) FILTER (leaves) * count(*) FILTER (NOT leaves)) FROM ranked
"""


@pytest.mark.parametrize("back", [60, 120])
def test_leaving_can_be_foreseen_but_not_always(back: int) -> None:
    leavers, auc = world(accounts=900).ask(AUC.format(day=END - timedelta(days=back)))[0]

    assert leavers >= 15
    assert 0.6 < auc < 0.9


def test_every_play_has_an_effect_in_every_segment_and_some_do_harm() -> None:
    cells = world().ask("SELECT play, outcome, segment, delta_p, harmful FROM truth_effects")

    assert {play for play, *_ in cells} == PLAYS
    assert len(cells) == 12 * 5
    assert all(harmful == (delta < 0) for *_, delta, harmful in cells)
    harmed = {(play, segment) for play, _, segment, _, harmful in cells if harmful}
    assert {("retention_call", "quiet"), ("acceleration_call", "struggling")} <= harmed
    assert all(any(c[0] == play and c[3] > 0 for c in cells) for play in PLAYS)


def test_the_plays_have_effects_on_the_relative_scale_too() -> None:
    cells = world().ask(
        "SELECT play, outcome, segment, CAST(share AS DOUBLE), harmful FROM truth_shares"
    )

    assert {play for play, *_ in cells} == PLAYS | {"retention_task", "winback_task"}
    assert len(cells) == 14 * 5
    assert all(harmful == (share < 0) for *_, share, harmful in cells)
    calls = {segment: share for play, _, segment, share, _ in cells if play == "retention_call"}
    assert calls["quiet"] < -0.5  # 6 % become 10 %
    assert 0.05 < sum(max(0.0, share) for share in calls.values()) / 3 < 0.15


def test_the_truth_replays_who_left() -> None:
    """An account that pays leaves in a month exactly when its draw is below its hazard."""
    wrong = world().ask(
        """
        WITH months AS (
            SELECT *, date_trunc('month', s.ended) = m.month AS left_now
            FROM truth_months AS m JOIN truth_spells AS s USING (account_id)
            WHERE m.due AND m.month > date_trunc('month', s.started)
                AND m.month <= date_trunc('month', coalesce(s.ended, DATE '2026-05-31'))
                AND (s.interval_months = 1 OR month(m.month) = month(s.started))
        )
        SELECT * FROM months WHERE (leave_draw < hazard) <> coalesce(left_now, FALSE)
        """
    )
    met = world().ask("SELECT count(*) FROM truth_spells WHERE ended IS NOT NULL")

    assert met[0][0] > 30
    assert wrong == []


def test_as_many_leave_as_the_hazard_says() -> None:
    expected, variance, left = world(accounts=900).ask(
        """SELECT sum(hazard), sum(hazard * (1 - hazard)), sum(CAST(leave_draw < hazard AS INT))
        FROM truth_months WHERE due AND paying"""
    )[0]

    assert left > 100
    assert abs(left - expected) < 4 * variance**0.5


def test_all_stages_of_life_are_present() -> None:
    (row,) = world().ask(
        f"""
        SELECT (SELECT count(*) FROM crm_contacts WHERE qualified_on IS NOT NULL),
            (SELECT count(*) FROM crm_deals WHERE stage = 'Negotiation'),
            (SELECT count(*) FROM subscriptions WHERE trial = 'yes' AND ended_on IS NULL),
            (SELECT count(*) FROM subscriptions WHERE trial = 'no' AND ended_on IS NULL),
            (SELECT count(DISTINCT account_id) FROM truth_spells WHERE ended < DATE '{END}'),
            (SELECT count(*) FROM truth_spells WHERE spell = 2 AND started < DATE '{END}')
        """
    )

    assert all(n > 0 for n in row)


def test_lines_of_a_spell_follow_each_other_without_a_gap() -> None:
    gaps = world().ask(
        """
        WITH lines AS (
            SELECT account_id, started_on, ended_on, lead(started_on) OVER (
                PARTITION BY account_id ORDER BY started_on) AS next_on
            FROM subscriptions WHERE trial = 'no'
        )
        SELECT l.* FROM lines AS l LEFT JOIN truth_spells AS s
            ON s.account_id = l.account_id AND CAST(s.ended AS VARCHAR) = l.ended_on
        WHERE s.account_id IS NULL AND l.next_on IS DISTINCT FROM l.ended_on
        """
    )

    assert gaps == []


def test_revenue_comes_in_cents_and_is_not_what_the_list_says() -> None:
    (row,) = world().ask(
        """SELECT count(*), count(*) FILTER (TRY_CAST(mrr AS DECIMAL(18, 2)) > 0),
            count(*) FILTER (CAST(discount AS DOUBLE) > 0)
        FROM subscriptions WHERE trial = 'no'"""
    )

    assert row[0] == row[1] > row[2] > 0
