"""What holds for every channel, tried on each with a server or folder that keeps its own count."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from tests.channels.deliveries import FINE, delivery, hostile_deliveries
from tests.channels.ways import WAYS, Way
from tools.channels.contract import Delivery, Denied, NotNow, Receipt, Refused, Undelivered, Unsure
from tools.errors import LifecycleError

_numbers = count()
THE_FIXTURE_IS_SHARED = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(params=sorted(WAYS))
def way(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Way]:
    with WAYS[request.param](tmp_path) as opened:
        yield opened


def test_delivers_once_and_says_so_in_one_line(way: Way) -> None:
    receipt = way.channel.deliver(FINE)
    assert way.done() == [FINE.key]
    assert receipt.reference
    assert receipt.reference.isprintable()


def test_the_same_key_twice_has_one_effect_unless_blind(way: Way) -> None:
    first = way.channel.deliver(FINE)
    second = way.again().deliver(FINE)
    assert way.done() == [FINE.key] * (2 if way.channel.effect == "blind" else 1)
    assert second == first


def test_another_key_is_another_effect(way: Way) -> None:
    way.channel.deliver(FINE)
    way.channel.deliver(delivery(key="act:43:5f2c"))
    assert sorted(way.done()) == ["act:42:5f2c", "act:43:5f2c"]


def test_find_knows_nothing_before_and_never_lies_after(way: Way) -> None:
    assert way.channel.find(FINE.key) is None
    receipt = way.channel.deliver(FINE)
    assert way.again().find(FINE.key) in ({receipt} if not way.channel.leaves else {None})
    assert way.channel.find("act:42:5f2") is None
    assert way.channel.find("\ud800") is None


def test_eight_at_once_are_one(way: Way) -> None:
    if way.channel.effect == "blind":
        pytest.skip("a blind channel has no key; the executor calls it once")

    def deliver(_: int) -> Receipt:
        return way.again().deliver(FINE)

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(deliver, range(8)))) == 1
    assert way.done() == [FINE.key]


@THE_FIXTURE_IS_SHARED
@given(hostile_deliveries())
def test_hostile_text_is_carried_out_once_or_refused(way: Way, hostile: Delivery) -> None:
    key = f"{hostile.key}-{next(_numbers)}"
    before = way.done()
    try:
        receipt = way.channel.deliver(delivery(**(vars(hostile) | {"key": key})))
    except Refused:
        assert way.done() == before
    else:
        assert sorted(way.done()) == sorted([*before, key])
        assert receipt.reference.isprintable()


def test_says_what_it_is_and_keeps_its_secrets(way: Way) -> None:
    assert way.channel.name
    assert way.channel.effect in {"keyed", "look_up", "blind"}
    assert "canary" not in repr(way.channel)


def test_the_errors_say_what_the_executor_may_do() -> None:
    assert issubclass(Undelivered, LifecycleError)
    assert issubclass(Denied, NotNow)
    kinds = {Refused, NotNow, Unsure}
    assert all(sum(issubclass(kind, other) for other in kinds) == 1 for kind in kinds)
    assert NotNow("later", 7.0).after_seconds == 7.0


def test_a_delivery_shows_no_person_in_a_log() -> None:
    assert "ann" not in repr(FINE).lower()
