"""A play or a limit on a channel that is not there stops at start, not after an approval."""

from pathlib import Path

import pytest

from agent.channel_check import check_channels
from agent.rulebook import read_rulebook
from tests.conftest import CHECKOUT
from tools.errors import BadInput

OUTLETS = ("email", "meeting", "call", "task")
SMS = "      sms: {address: phone, consent: phone_consent}\n      task: {}"


def check(folder: Path, file: str, old: str, new: str, outlets: tuple[str, ...] = OUTLETS) -> None:
    """Read the shipped policies with one of them changed, and check their channels."""
    for path in (CHECKOUT / "policies").glob("*.yaml"):
        text = path.read_text(encoding="utf-8")
        assert path.name != file or old in text
        changed = text.replace(old, new, 1) if path.name == file else text
        (folder / path.name).write_text(changed, encoding="utf-8")
    book = read_rulebook(folder, CHECKOUT / "config" / "economics.yaml")
    check_channels(book.plays, book.limits, outlets)


def test_the_shipped_policies_and_outlets_agree(tmp_path: Path) -> None:
    check(tmp_path, "plays.yaml", "channel: call", "channel: call")


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("plays.yaml", "channel: call", "channel: in_app",
         "retention_call: the channel 'in_app' is not among the channels of limits.yaml"),
        ("limits.yaml", "      task: {}", "      tasks: {}",
         "the channel 'task' is not among the channels of limits.yaml; did you mean 'tasks'"),
        ("limits.yaml", "{channel: email, per", "{channel: emial, per",
         "frequency_caps: there is no channel 'emial'; did you mean 'email'"),
        ("limits.yaml", "meeting: true, email: false", "meetin: true, email: false",
         "contact_by_hand: there is no channel 'meetin'; did you mean 'meeting'"),
        ("limits.yaml", "unsubscribed: {email: [meeting]", "unsubscribed: {email: [meting]",
         "no_closes: there is no channel 'meting'; did you mean 'meeting'"),
    ],
)  # fmt: skip
def test_a_channel_that_is_not_there_is_named(
    tmp_path: Path, file: str, old: str, new: str, message: str
) -> None:
    with pytest.raises(BadInput, match=message):
        check(tmp_path, file, old, new)


def test_a_channel_of_the_tenant_needs_a_limit_and_an_outlet(tmp_path: Path) -> None:
    """A play may use a channel that we do not ship, once people and machines know it."""
    with pytest.raises(BadInput, match=r"channel: 'sms' is not known"):
        check(tmp_path, "plays.yaml", "channel: call", "channel: sms")
    check(tmp_path, "limits.yaml", "      task: {}", SMS)
    for path in tmp_path.glob("*.yaml"):
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace("channel: call", "channel: sms", 1), encoding="utf-8")
    book = read_rulebook(tmp_path, CHECKOUT / "config" / "economics.yaml")
    with pytest.raises(BadInput, match="'sms' has no outlet; add it to the setting `deliver`"):
        check_channels(book.plays, book.limits, OUTLETS)
    check_channels(book.plays, book.limits, (*OUTLETS, "sms"))
