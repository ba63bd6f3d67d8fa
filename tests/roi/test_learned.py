"""Laws of what is learned from our own outcomes, on randomised logs whose truth is known."""

from dataclasses import replace
from decimal import Decimal
from math import sqrt

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from tests.roi.learned_made import DAY, Cell, Log, gathered, logged
from tools.roi.learned.effects import learned_effects
from tools.roi.learned.evidence import Evidence
from tools.roi.play_effects import PlayEffect

Z = 1.6449
SEGMENTS = ("A", "B", "C", "D")
WORLDS = [f"p{n}" for n in range(30)]


def prior(play: str, segment: str, mean: str = "0.11", sd: str = "0.11") -> PlayEffect:
    said = "published: a call prevented 11% of losses"
    return PlayEffect(
        play=play,
        segment=segment,
        mean=Decimal(mean),
        sd=Decimal(sd),
        n=Decimal(0),
        source=said,
        version="v0",
        demoted=None,
    )


def learned(
    rows: pa.Table | None, priors: list[PlayEffect], *, as_of: int = DAY, losses: bool = True
) -> list[PlayEffect]:
    evidence = Evidence(as_of) if rows is None else gathered(rows, as_of)
    return list(learned_effects(evidence, priors, {p.play for p in priors} if losses else ()))


def worlds(mean: float, sd: float, seed: int) -> tuple[dict[Cell, float], list[PlayEffect]]:
    """Many plays drawn from their prior, half of the spread shared by a play's segments."""
    rng, half = np.random.default_rng(seed), sd / sqrt(2)
    truth = {
        (play, segment): min(0.95, mean + shared + rng.normal(0, half))
        for play in WORLDS
        for shared in [rng.normal(0, half)]
        for segment in SEGMENTS
    }
    return truth, [prior(*cell, str(mean), str(sd)) for cell in truth]


def test_without_outcomes_it_is_the_prior_exactly() -> None:
    priors = [prior("call", s, m) for s, m in (("A", "0.11"), ("B", "-0.2"))]

    found = learned(None, priors)

    assert [(f.mean, f.sd, f.n, f.demoted) for f in found] == [
        (p.mean, p.sd, p.n, None) for p in priors
    ]
    assert "not enough data yet: about 50 more outcomes are needed" in found[0].source


@pytest.mark.parametrize(
    ("sd", "log"),
    [
        (0.11, Log(drawn=150, controls=9)),
        (0.3, Log(drawn=30)),
        (0.3, Log(drawn=200, controls=9, miscalibrated=2.0)),
        (0.3, Log(drawn=250, controls=1, base=0.15, losses=False)),
    ],
)
def test_nine_intervals_in_ten_hold_the_truth(sd: float, log: Log) -> None:
    """Also where the chances are out by a factor of two, and a fifth was never carried out."""
    truth, priors = worlds(0.1, sd, seed=5)

    found = learned(logged(truth, 5, log), priors, losses=log.losses)

    errors = [float(f.mean) - truth[f.play, f.segment] for f in found]
    inside = [abs(e) < Z * float(f.sd) for e, f in zip(errors, found, strict=True)]
    assert 0.85 <= sum(inside) / len(inside) <= 0.95
    assert abs(sum(errors) / len(errors)) < 0.25 * sd
    assert all(f.n >= 50 for f in found)


def test_the_more_outcomes_the_nearer_to_them_and_the_surer() -> None:
    cell = "call", "A"
    found = [
        learned(logged({cell: 0.5}, 3, Log(drawn=n, base=0.2)), [prior(*cell)])[0]
        for n in (20, 200, 2_000)
    ]

    assert found[0].mean < found[1].mean < found[2].mean
    assert found[0].sd > found[1].sd > found[2].sd
    assert found[2].mean == pytest.approx(Decimal("0.5"), abs=Decimal("0.1"))


def test_neither_the_order_of_the_rows_nor_the_names_change_a_digit() -> None:
    """And the text of the evidence, read back, is the evidence."""
    truth = {("call", "A"): 0.3, ("call", "B"): 0.1, ("mail", "A"): 0.2}
    rows = logged(truth, 1, Log(drawn=40))
    shuffled = rows.take(np.random.default_rng(0).permutation(rows.num_rows))
    priors = [prior(*cell) for cell in truth]
    names = {"A": "Z", "B": "Y"}
    renamed = rows.set_column(2, "segment", pa.array([names[s.as_py()] for s in rows["segment"]]))

    first = learned(rows, priors)

    assert learned(shuffled, priors) == first
    assert learned(rows, priors[::-1])[::-1] == first
    other = learned(renamed, [replace(p, segment=names[p.segment]) for p in priors])
    assert [(f.mean, f.sd) for f in other] == [(f.mean, f.sd) for f in first]
    assert Evidence.from_json(gathered(rows).to_json()) == gathered(rows)


def test_weights_on_another_scale_change_nothing_but_the_clip() -> None:
    """The same log with every outcome twice as old: each weighs less, all alike."""
    rows = logged({("call", "A"): 0.4}, 1, Log(drawn=200, base=0.2))
    same_day = rows.set_column(10, "known_day", pa.array([DAY] * rows.num_rows, pa.int32()))
    old = rows.set_column(10, "known_day", pa.array([DAY - 730] * rows.num_rows, pa.int32()))

    [now], [then] = (learned(one, [prior("call", "A")]) for one in (same_day, old))

    assert float(then.mean) == pytest.approx(float(now.mean), abs=2e-4)
    assert abs(then.n - now.n) <= 1
    assert then.sd == pytest.approx(now.sd, abs=Decimal("0.0002"))


def test_only_windows_that_are_over_count_and_only_what_could_happen() -> None:
    rows = logged({("call", "A"): 0.4}, 1, Log(drawn=100, base=0.2))
    day = DAY - 80
    open_still = pc.greater(rows["known_day"], day)
    certain = rows.set_column(7, "base_ppm", pa.array([0] * rows.num_rows))
    changed = pc.if_else(open_still, 1, rows["event"]).cast(pa.int32())
    future = rows.set_column(6, "event", changed)

    assert learned(future, [prior("call", "A")], as_of=day) == learned(
        rows.filter(pc.invert(open_still)), [prior("call", "A")], as_of=day
    )
    both = pa.concat_tables([rows, certain])
    assert learned(both, [prior("call", "A")]) == learned(rows, [prior("call", "A")])


def test_below_fifty_the_prior_stands_and_says_what_is_needed() -> None:
    rows = logged({("call", "A"): 0.9}, 1, Log(drawn=6, base=0.3))

    [found] = learned(rows, [prior("call", "A")])

    assert (found.mean, found.sd, found.n) == (Decimal("0.11"), Decimal("0.11"), Decimal(0))
    assert "about 28 more outcomes are needed" in found.source


def test_a_segment_without_outcomes_learns_from_its_play_and_from_no_other() -> None:
    rows = logged({("call", "A"): 0.6}, 1, Log(drawn=800, base=0.2))
    [a, b, other] = learned(rows, [prior("call", "A"), prior("call", "B"), prior("mail", "B")])

    assert other.mean == Decimal("0.11") < b.mean < a.mean
    assert a.sd < b.sd
    assert f"from {a.n} of your own outcomes and one published trial" in a.source
    assert "of the same play in other segments" in b.source


def test_plays_of_one_goal_learn_from_each_other_and_from_no_other_goal() -> None:
    """The nearer they lie, the more they say."""
    rows = logged({("call", "A"): 0.6}, 1, Log(drawn=800, base=0.2))
    cells = ("call", "A"), ("call", "B"), ("mail", "A"), ("offer", "A")
    goals = {"call": "keep", "mail": "keep", "offer": "grow"}
    [_, near, far, other] = learned_effects(
        gathered(rows), [prior(*cell) for cell in cells], set(goals), goals=goals
    )

    assert other.mean == Decimal("0.11") < far.mean < near.mean
    assert "of other plays with the same goal" in far.source


def test_a_handful_of_each_adds_up() -> None:
    few = {(play, s): 0.9 for play in ("call", "mail") for s in SEGMENTS}
    log, priors = logged(few, 2, Log(drawn=3, base=0.2)), [prior(*cell) for cell in few]
    alone = learned(log, priors)
    goals = {"call": "keep", "mail": "keep"}
    together = learned_effects(gathered(log), priors, goals, goals=goals)

    assert {(f.mean, f.sd) for f in alone} == {(p.mean, p.sd) for p in priors}
    assert all(f.sd < p.sd and f.mean > p.mean for f, p in zip(together, priors, strict=True))


def test_a_score_that_knows_nothing_does_not_bias_what_a_fair_lot_shows() -> None:
    """And a good score mends a lot whose chances were logged wrong: doubly robust."""
    truth, priors = worlds(0.3, 0.2, seed=2)
    log = Log(drawn=200, controls=3, base=0.2)
    rows = logged(truth, 2, log)
    scrambled = np.random.default_rng(1).permutation(rows["base_ppm"].to_numpy())
    favoured = pc.and_(rows["treated"], pc.greater(rows["base_ppm"], 300_000))
    kept = rows.filter(pc.invert(favoured))

    for one in (rows.set_column(7, "base_ppm", pa.array(scrambled)), kept):
        found = learned(one, priors)
        errors = [float(f.mean) - truth[f.play, f.segment] for f in found]
        assert abs(sum(errors) / len(errors)) < 0.02


def test_a_weight_is_cut_at_twenty() -> None:
    rows = logged({("call", "A"): 0.3}, 1, Log(drawn=40, controls=19, base=0.2))
    rarer = rows.set_column(8, "propensity", pa.array([7_000] * rows.num_rows))

    [comparison] = gathered(rarer, DAY).comparisons

    assert comparison.treated.w <= 40 * 20 * 10_000
    assert comparison.effective < comparison.n


def test_harm_demotes_with_its_reason_and_a_person_may_lift_it() -> None:
    cell = "call", "Quiet"
    rows = logged({cell: -0.8}, 1, Log(drawn=500, controls=9, base=0.15))
    evidence = gathered(rows)
    priors = [prior(*cell)]

    [found] = learned_effects(evidence, priors, {"call"})
    [lifted] = learned_effects(evidence, priors, {"call"}, lifted={cell: DAY})
    [fine] = learned(logged({cell: 0.2}, 1, Log(drawn=500, controls=9, base=0.15)), priors)

    assert found.mean < 0
    assert "does harm here" in (found.demoted or "")
    assert (lifted.mean, lifted.demoted, fine.demoted) == (found.mean, None, None)


def test_after_a_lift_only_what_became_known_since_demotes_again() -> None:
    cell = "call", "Quiet"
    rows = logged({cell: -0.8}, 1, Log(drawn=500, controls=9, base=0.15))

    before = gathered(rows, DAY + 30, {cell: DAY + 1})
    again = gathered(rows, DAY + 30, {cell: DAY - 400})

    assert [e.demoted for e in learned_effects(before, [prior(*cell)], {"call"})] == [None]
    assert "does harm here" in str(learned_effects(again, [prior(*cell)], {"call"})[0].demoted)


def test_harm_is_rarely_seen_where_there_is_none() -> None:
    """Of plays that do nothing, at most one in twenty may ever be demoted."""
    cells = {(f"p{n}", "A"): 0.0 for n in range(200)}
    priors = [prior(*cell, "0.11", "0.3") for cell in cells]

    found = learned(logged(cells, 4, Log(drawn=100, controls=4, base=0.2)), priors)

    assert sum(one.demoted is not None for one in found) <= 10


def test_a_slope_takes_off_what_was_promised_too_much_and_makes_no_harm_smaller() -> None:
    priors = [prior("call", "A"), prior("call", "Quiet", "-0.2")]

    hoped, harm = learned_effects(Evidence(DAY), priors, {"call"}, Decimal("0.5"))

    assert (hoped.mean, harm.mean) == (Decimal("0.0550"), Decimal("-0.2"))
    assert "0.5, the part of our promises that has come true" in hoped.source
