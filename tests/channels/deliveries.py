"""Deliveries for these tests: one that is fine, and many that are not."""

from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from tools.channels.contract import Delivery
from tools.channels.message import Sender

SENDER = Sender(
    "Acme Success", "success@acme.example", "Acme Ltd\n1 High Street\nYork", "acme.example"
)
FINE = Delivery(
    key="act:42:5f2c",
    action="42",
    proposal="p-42",
    sha256="ab" * 32,
    play="save_call",
    segment="at_risk",
    account_id="a-1",
    account_name="Globex",
    contact_id="c-1",
    recipient="ann@globex.example",
    recipient_name="Ann Lee",
    owner="sam",
    subject="A word",
    body="Dear Ann,\nshall we talk? See https://acme.example/plan?a=1&b=2.\n",
    value="-120.50",
    currency="EUR",
    day=20_000,
    tags=(("play", "save_call"), ("utm_source", "lifecycle")),
    unsubscribe_url="https://acme.example/u/abc.def",
)


def delivery(**changes: Any) -> Delivery:
    """The fine delivery with some values changed."""
    return replace(FINE, **changes)


PAYLOADS = (
    "", " ", "x\r\nBcc: eve@evil.example", "x\nSubject: y", "x\r\n\r\nbody", "\0", "\x1b[2J",
    "\ud800", "\x85", "\u2028", "\u202eevil", "=?utf-8?q?x=0D=0ABcc:_eve@evil.example?=",
    "=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "\ufeff=1", "\u200b@x", "＝1",
    "a;=1", 'a",=1', "a\n=1", "<script>alert(1)</script>", 'a" <eve@evil.example>', ".\r\n.",
    "{{x}}", "%s", "../../etc/passwd", "Zoë Ünlü", "👩‍👩‍👧", "a, b", "x" * 5_000, "a@b@c", "NaN",
    "http://169.254.169.254/", "ann@globex.example, eve@evil.example",
)  # fmt: skip
hostile = st.one_of(st.sampled_from(PAYLOADS), st.text(max_size=40))
maybe = st.one_of(st.none(), hostile)
_TEXTS = (
    "action", "proposal", "sha256", "play", "account_id", "subject", "body", "value", "currency",
)  # fmt: skip
_MAYBE = (
    "segment", "account_name", "contact_id", "recipient", "recipient_name", "owner",
    "unsubscribe_url",
)  # fmt: skip


@st.composite
def hostile_deliveries(draw: st.DrawFn) -> Delivery:
    """A delivery in which one to three fields hold what nobody should have let in."""
    fields = draw(st.lists(st.sampled_from([*_TEXTS, *_MAYBE, "tags", "day", "key"]), max_size=3))
    changes: dict[str, Any] = {}
    for field in fields:
        values: st.SearchStrategy[Any] = maybe if field in _MAYBE else hostile
        if field == "tags":
            values = st.lists(st.tuples(hostile, hostile), max_size=2).map(tuple)
        if field == "day":
            values = st.integers(-(10**12), 10**12)
        changes[field] = draw(values)
    return delivery(**changes)
