"""Whatever the way out, what leaves says which play, segment version and proposal it came of."""

import csv
import json
from dataclasses import dataclass, field, replace
from email import message_from_bytes
from email.policy import default
from typing import TYPE_CHECKING

from tests.gate.office import Office, mail
from tools.channels.contract import Delivery, Receipt
from tools.channels.message import Sender, compose
from tools.channels.tasks import CsvChannel
from tools.channels.webhook import payload

if TYPE_CHECKING:
    from pathlib import Path

    from approvals.envelope import Envelope

SENDER = Sender("Team", "team@example.com", "1 Street", "example.com")


@dataclass
class Kept:
    """A channel that only keeps what it was handed."""

    name: str = "kept"
    effect: str = "keyed"
    leaves: bool = False
    handed: list[Delivery] = field(default_factory=list)

    def deliver(self, delivery: Delivery) -> Receipt:
        self.handed.append(delivery)
        return Receipt("kept")


def delivered(office: Office, *asked: "Envelope") -> Delivery:
    kept = Kept()
    (proposal, *_) = office.propose(*asked)
    office.decide("ann", "approve", proposal)
    office.clock.pass_(minutes=10)
    way = replace(office.executor(), channels={"email": kept})  # type: ignore[dict-item]  # a fake
    assert way.dispatch() == {"sent": 1}
    return kept.handed[0]


def test_every_channel_writes_play_segment_version_and_proposal_down(
    office: Office, tmp_path: "Path"
) -> None:
    versions = (("segments", "1-0a1b2c3d4e5f"), ("rulebook", "ab"))
    one = delivered(office, replace(mail("b1", "9000.00"), versions=versions))
    wanted = {
        "play": "retention_email.1",
        "segment": "Expansion-ready.1-0a1b2c3d4e5f",
        "proposal": one.proposal,
    }

    message = message_from_bytes(compose(one, SENDER), policy=default)
    CsvChannel(tmp_path).deliver(one)
    sheet = next(tmp_path.glob("tasks-*.csv")).read_text(encoding="utf-8")
    (line,) = csv.DictReader(sheet.splitlines(keepends=True))

    assert dict(one.tags) == wanted
    assert {k: message[f"X-Campaign-{k.title()}"] for k in wanted} == wanted
    assert json.loads(payload(one))["tags"] == wanted
    assert line["campaign"] == "; ".join(f"{k}={v}" for k, v in wanted.items())


def test_an_envelope_that_names_no_version_says_that_it_is_unknown(office: Office) -> None:
    one = delivered(office, mail("b1", "9000.00"))

    assert dict(one.tags)["segment"] == "Expansion-ready.unknown"
