"""Random companies whose records share addresses, and every way somebody in them says no."""

from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from tests.customers.consent.made import ANN, DAY, Row, contact, message

WRITINGS = (ANN, "ann+news@x.example", "Ann@X.example")
OTHERS = ("bob@x.example", "info@x.example")
NAMES = (None, "Ann Reed", "A. Reed", "Desk")
EARLY, LATE = st.integers(20, 99), st.integers(100, 300)


@dataclass(frozen=True)
class Company:
    """Facts in the order they come; `noes` are those of them that say no for the address."""

    contacts: tuple[Row, ...]
    messages: tuple[Row, ...]
    noes: tuple[Row, ...]

    def all_contacts(self) -> list[Row]:
        return [*self.contacts, *(row for row in self.noes if "kind" not in row)]

    def all_messages(self) -> list[Row]:
        return [*self.messages, *(row for row in self.noes if "kind" in row)]


def record(ref: str, day: int, address: str, name: str | None, **more: Any) -> Row:
    """A record of some system; only the first names the account, as a CRM does."""
    given: dict[str, Any] = {"account_ref": None, "phone": None, **more}
    return contact(ref, day, email=address, name=name, **given)


# A record keeps its address: who changes it is reached at another one, of which nobody said no.
# Everything that is no "no": records that say yes or nothing, before or after; other people's
# words; a yes of its own day, but before any "no".
YESES = st.builds(
    lambda n, day, address, name, may, own: record(
        f"app:{address}:{n}", day, address, name, email_consent=may, email_consent_day=own
    ),
    st.integers(1, 5),
    LATE,
    st.sampled_from((*WRITINGS, *OTHERS)),
    st.sampled_from(NAMES),
    st.sampled_from([True, None]),
    st.none() | EARLY,
)
HARMLESS = st.one_of(
    st.builds(lambda day, ref: message("sent", day, ref), EARLY, st.sampled_from(["crm:1", "m:1"])),
    st.builds(
        lambda day, ref: message("subscribed", day, ref), EARLY, st.sampled_from(["crm:1", "m:1"])
    ),
    st.builds(
        lambda day, kind: message(kind, day, None, address="zoe@z.example"),
        LATE,
        st.sampled_from(["unsubscribed", "complained", "bounced"]),
    ),
    st.builds(lambda day: message("unsubscribed", day, "crm:1", channel="sms"), LATE),
)
NOES = st.one_of(
    st.builds(
        lambda day, address, kind: message(kind, day, None, address=address.lower()),
        LATE,
        st.sampled_from(WRITINGS),
        st.sampled_from(["unsubscribed", "complained"]),
    ),
    st.builds(
        lambda day, kind: message(kind, day, "m:1"),
        LATE,
        st.sampled_from(["unsubscribed", "complained"]),
    ),
    st.builds(
        lambda day, address: message("bounced", day, None, address=address.lower(), bounce="hard"),
        LATE,
        st.sampled_from(WRITINGS),
    ),
    st.builds(
        lambda n, day, address, name, own: record(
            f"old:{n}", day, address, name, email_consent=False, email_consent_day=own
        ),
        st.integers(1, 3),
        LATE,
        st.sampled_from(WRITINGS),
        st.sampled_from(NAMES),
        st.none() | LATE,
    ),
    st.builds(
        lambda n, day, address, name: record(f"gone:{n}", day, address, name, deleted=True),
        st.integers(1, 3),
        LATE,
        st.sampled_from(WRITINGS),
        st.sampled_from(NAMES),
    ),
)
FIRST = contact("crm:1", 15, name="Ann Reed", email_consent=True, phone_consent=True)
MAILED = record("m:1", 16, "ann+letters@x.example", None)


@st.composite
def companies(draw: st.DrawFn, least: int = 0) -> Company:
    """A company in which the address says no so many times, or more."""
    contacts = draw(st.permutations([FIRST, MAILED, *draw(st.lists(YESES, max_size=4))]))
    messages = draw(st.lists(HARMLESS, max_size=4))
    noes = draw(st.lists(NOES, min_size=least, max_size=2 if least else 0))
    return Company(tuple(contacts), tuple(messages), tuple(noes))


assert DAY > 300 + 7  # so that no cap and no rest is in the way
