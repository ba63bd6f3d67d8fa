"""A hundred mixed proposals, cleared by keyboard, in the seconds that are printed."""

from collections import Counter
from dataclasses import replace
from decimal import Decimal
from itertools import cycle
from time import perf_counter
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from tests.approvals.made import DAY, envelope
from tests.effort import WHOLE

if TYPE_CHECKING:
    from approvals.envelope import Envelope
    from tests.web.browser.people import People, Profile
    from tests.web.browser.served import House

pytestmark = [
    pytest.mark.xdist_group("browser"),
    pytest.mark.skipif(not WHOLE, reason="a minute of keys; TESTS=whole presses them"),
]

# Play, segment, a recipient outside or not, how many, and what each is worth.
MIX = (
    ("upsell_seats", "active", True, 30, 900),
    ("retention_call", "lapsing", False, 30, 500),
    ("win_back", "lost", True, 16, 300),
    ("onboarding", "new", True, 16, 100),
    ("retention_call", "key account", True, 8, 12_000),
)
OUR_OWN = ("csm",)
WAITING = "waits for a second person"
FIRST = f"""() => [...document.querySelectorAll("[data-row]")]
    .findIndex(row => !row.innerText.includes("{WAITING}"))"""


def mixed() -> "list[Envelope]":
    """A hundred envelopes of five kinds."""
    return [
        _one(f"{play[0]}{number}", play, segment, str(number), outside=outside)
        for play, segment, outside, many, worth in MIX
        for number in range(worth, worth + many)
    ]


def _one(account: str, play: str, segment: str, net: str, *, outside: bool) -> "Envelope":
    made = envelope(account, net, play)
    who = made.who if outside else replace(made.who, recipient=None)
    what = replace(made.what, hours=Decimal("0.05"), approval=OUR_OWN)
    return replace(made, who=who, what=what, why=replace(made.why, segment=segment))


class Reviewer:
    """Somebody with no mouse."""

    def __init__(self, profile: "Profile") -> None:
        self.profile, self.page, self.press = profile, profile.page, profile.press

    def approve_together(self, most: int) -> None:
        """Tick the first rows, look at the sample, approve; Enter sends the form a box is in."""
        self.to_next()
        self.press("x", *("j", "x") * (most - 1))
        self.press("Shift+Tab", "Enter")
        self.profile.at("/bulk/preview")
        for box in self.page.locator("[name=looked]").all():
            box.press("Space")
        self.press("Enter")
        self.page.wait_for_selector(f"h1:has-text('{most} approved')")
        self.profile.open("/queue")

    def to_next(self) -> bool:
        """Go down to the first row that does not wait for somebody else."""
        place = self.page.evaluate(FIRST)
        self.press(*"j" * (place + 1))
        return bool(place >= 0)

    def approve(self, look: int = 0) -> None:
        """Open, look, agree; what two must agree to is looked at, and leaves us on its page."""
        self.press("a")
        self.page.wait_for_url(lambda url: urlsplit(url).path.startswith("/proposals/"))
        self.page.wait_for_timeout(look * 1000)
        self.profile.house.clock.turn(seconds=look)
        where = self.page.url
        self.press("a")
        self.page.wait_for_url(lambda url: url != where)
        if self.page.locator("body[data-proposal]").count():
            self.press("u")
            self.profile.at("/queue")

    def reject(self) -> None:
        """Choose a reason by its first letters, write a note, send."""
        self.press("r")
        self.page.wait_for_selector("details[data-key=r][open]")
        self.page.keyboard.type("not now")
        self.press("Tab")
        self.page.keyboard.type("no")
        self.press("Tab", "Enter")
        self.profile.at("/queue")

    def snooze(self) -> None:
        """Type a day, send."""
        self.press("s")
        self.page.wait_for_selector("details[data-key=s][open]")
        self.page.keyboard.type("03042024")
        self.press("Enter")
        self.profile.at("/queue")


def test_a_hundred_by_keyboard(house: "House", people: "People") -> None:
    house.propose(*mixed())
    house.person("approver-2")
    reviewer = Reviewer(people.enter(locale="en-US"))
    reviewer.profile.open("/queue")
    reviewer.press("k", "j", "j", "k")
    assert reviewer.page.locator("[data-row]").nth(1).get_attribute("class") == "row on"
    reviewer.page.reload()

    began = perf_counter()
    clear(reviewer)
    seconds = perf_counter() - began

    rows = house.store.proposals.of_day(DAY)
    print(f"\n100 mixed proposals by keyboard: {seconds:.1f} seconds")
    assert Counter(one.status for one in rows) == {
        "approved": 66 + 9,
        "rejected": 9,
        "snoozed": 8,
        "pending": 8,
    }
    assert all(_said(house, one.id) == ("approve",) for one in rows if one.status == "pending")
    assert seconds < 300
    assert reviewer.profile.seen.nothing(), reviewer.profile.seen


def clear(reviewer: Reviewer) -> None:
    """Two-person ones first, as they are worth most; then groups; then the rest one by one."""
    for _ in range(8):
        reviewer.to_next()
        reviewer.approve(look=3)
    turns = cycle([reviewer.approve, reviewer.reject, reviewer.snooze])
    for together, alone in ((25, 5), (25, 5), (16, 16)):
        reviewer.approve_together(together)
        for _ in range(alone):
            assert reviewer.to_next()
            next(turns)()
    assert not reviewer.to_next()


def _said(house: "House", proposal: str) -> tuple[str, ...]:
    return tuple(deed.kind for deed in house.gate.store.read(lambda tx: tx.log.of(proposal)))
