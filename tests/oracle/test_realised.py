"""What the report says actions earned, in a few small worlds; `realised.py` asks 200."""

from tests.oracle.realised import World, answers


def test_most_intervals_of_what_was_earned_hold_the_truth() -> None:
    found = [one for seed in range(8) for one in answers(seed, World(450, 150))]

    assert {one.kind for one in found} == {"money a month", "promises"}
    assert len(found) == 32
    assert 26 <= sum(one.held for one in found) <= 32
