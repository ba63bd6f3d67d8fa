"""How long another side may ask us to wait, and what it may call our delivery."""

from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.channels.contract import NotNow, Receipt, Undelivered, Unsure
from tools.channels.replies import check_status, receipt_of

DONE = {*range(200, 300), 409}
NOW = datetime(2026, 1, 31, 9, 30, tzinfo=UTC)
WAITS = [
    ("7", 7.0),
    ("0", 0.0),
    ("Sat, 31 Jan 2026 09:31:30 GMT", 90.0),
    ("Sat, 31 Jan 2026 09:31:30", 90.0),
    ("Fri, 30 Jan 2026 09:31:30 GMT", 0.0),
    ("Sat, 31 Jan 2099 09:31:30 GMT", 86_400.0),
    ("9" * 400, 86_400.0),
    ("", None),
    ("soon", None),
    ("-5", None),
    ("1.5", None),
    ("٣", None),
]


@pytest.mark.parametrize(("text", "seconds"), WAITS)
def test_a_wait_is_bounded_and_never_guessed(text: str, seconds: float | None) -> None:
    with pytest.raises(NotNow) as asked:
        check_status(429, {"retry-after": text}, NOW)
    assert asked.value.after_seconds == seconds


@given(st.integers(100, 599), st.text(max_size=30))
def test_only_2xx_and_409_are_done(status: int, wait: str) -> None:
    with suppress(Undelivered):
        check_status(status, {"retry-after": wait}, NOW)
        assert status in DONE
        return
    assert status not in DONE


@given(st.binary(max_size=80) | st.text('[{"id:ok,1 }]', max_size=30).map(str.encode))
def test_any_body_gives_a_plain_reference_or_doubt(body: bytes) -> None:
    try:
        receipt = receipt_of(200, body, "k")
    except Unsure:
        return
    assert receipt.reference
    assert receipt.reference.isprintable()


def test_depth_is_no_way_to_stop_us() -> None:
    assert receipt_of(200, b"[" * 60_000, "k") == Receipt("HTTP 200")
    assert receipt_of(200, b'{"id": ' + b"9" * 5_000 + b"}", "k") == Receipt("HTTP 200")


def test_a_number_is_a_reference_too() -> None:
    assert receipt_of(409, b'{"id": 17, "key": "k"}', "k") == Receipt("17")
