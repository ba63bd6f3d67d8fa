"""An office that reads its limits once, so that hundreds of decisions cost what the gate costs."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from approvals.effect_ledger import EffectLedger
from approvals.envelope import Envelope
from tests.approvals.made import KEY, limits
from tests.gate import office as offices
from tests.gate.office import Office
from tools.store.store import Store


def open_office(store: Store, folder: Path, *envelopes: Envelope, **rules: Any) -> Office:
    """An office with its people and, unless given others, three mails to decide about."""
    office = offices.open_office(store, folder, *envelopes, **rules)
    return steady(office)


def steady(office: Office) -> Office:
    """The same office, whose limits stay as they are now."""
    fixed = limits(**office.rules)
    office.gate = replace(office.gate, limits=lambda _: fixed)
    return office


def with_ledger(office: Office) -> Office:
    """The same office, which writes down beside its database what left and who said no."""
    home = office.folder / "home"
    home.mkdir(exist_ok=True)
    ledger = EffectLedger(home, KEY, office.clock)
    office.store.gate.export_to(ledger.export, ledger.read_new)
    office.gate = replace(office.gate, ledger=ledger)
    return office


def other_office(office: Office, store: Store) -> Office:
    """The same office, with the same vendor and clock, by another way to a database."""
    other = Office(store, office.folder, office.clock, office.people, office.rules)
    other.vendor = office.vendor
    return steady(other)
