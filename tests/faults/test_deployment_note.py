"""Fault 61 and 64: what the README says of limits and proxies is what the service does."""

from pathlib import Path

import pytest

from agent.connections import ConnectionLimits
from config.settings import Settings

pytestmark = pytest.mark.fault(61, 64)
NOTE = (
    (Path(__file__).parents[2] / "README.md")
    .read_text(encoding="utf-8")
    .split("## Behind a reverse proxy")[1]
    .split("## ")[0]
)


def test_the_numbers_of_the_note_are_those_of_the_service() -> None:
    limits, known = ConnectionLimits(), Settings.model_fields
    assert known["connections"].default == 1_000
    assert known["connections_of_address"].default == 250
    assert (limits.total, limits.of_address) == (1_000, 250)
    assert (limits.head, limits.body, limits.reading) == (10, 30, 30)
    for words in ("1,000 connections", "250 of one address", "request 10 seconds", "answer 30"):
        assert words in NOTE


def test_its_settings_are_settings_and_no_proxy_is_believed_before() -> None:
    assert Settings.model_fields["proxies"].get_default(call_default_factory=True) == []
    for name in ("proxies", "connections", "connections_of_address", "base_url", "secret"):
        assert name in Settings.model_fields
        assert name in NOTE
    given = Settings(base_url="https://inbox.you.example", secret="s" * 32, proxies=["127.0.0.1"])  # type: ignore[arg-type]  # read from text
    assert given.proxies == ["127.0.0.1"]
