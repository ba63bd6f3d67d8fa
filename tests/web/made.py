"""An inbox with people, proposals and views that need no agent."""

import re
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from starlette.testclient import TestClient

from approvals.audit import record
from approvals.queue import propose
from approvals.service import Gate
from approvals.users.auth import Auth
from approvals.web.app import make_app
from approvals.web.parts import WebParts
from approvals.web.views import Member, PageLink, ViewTable
from tests.approvals.made import DAY, KEY, NOW, desk, envelope, limits
from tests.document.made import report
from tests.gate.people import willing
from tests.web.auth.doors import BASE, CHEAP, HOME, SETTINGS, Clock
from tests.web.lists import a_list, said_of
from tools.channels.unsubscribe import unsubscribe_token
from tools.document.model import Report
from tools.errors import Absent
from tools.roi.decide import DecisionSubject, KnownInput
from tools.store.gate.records import Action, ActionStatus
from tools.store.people import People, Person, Role
from tools.store.reports import Archived, ReportFile

if TYPE_CHECKING:
    from httpx2 import Response

    from approvals.care import Said
    from approvals.envelope import Envelope
    from policies.limits import Limits
    from tools.reports.accounts import AccountLine, AccountList
    from tools.store.gate.gate import GateTx
    from tools.store.store import Store

SECRET = b"for links that unsubscribe"
HTML = {"accept": "text/html"}
NAMES: dict[Role, str] = {
    "viewer": "Vic", "auditor": "Aud", "reviewer": "Ann", "approver-2": "Bob", "admin": "Cid",
}  # fmt: skip


class FakeViews:
    """Views that know one account."""

    def __init__(self, said: str = "active") -> None:
        self.said = said

    def roster(self, as_of: int | None, contact: str, q: str) -> ViewTable:
        rows = ((PageLink("c1", "/accounts/a1"), self.said, str(as_of), contact, q),)
        return ViewTable("Roster", ("contact", "stage", "as of", "of", "asked"), rows)

    def account(self, account_id: str) -> tuple[ViewTable, ...]:
        if account_id != "a1":
            raise Absent(f"account {account_id!r}: there is none of that id")
        return (ViewTable("Timeline", ("day", "what"), (("2024-02-01", self.said),)),)

    def accounts(self, owner: str, limit: int) -> "AccountList":
        assert limit > 0
        return a_list(self.said, owner)

    def accounts_csv(self, owner: str) -> bytes:
        return f"account,{owner}".encode()

    def account_said(self, account_id: str) -> "tuple[AccountLine, Said]":
        if account_id != "a1":
            raise Absent(f"{account_id!r} is not on the list")
        return said_of(self.said)

    def data_audit(self) -> tuple[ViewTable, ...]:
        return (ViewTable("Tables", ("table", "rows"), (("orders", "12"),), ("All agree.",)),)

    def quarantine(self, table: str, file: str, reason: str) -> tuple[ViewTable, ...]:
        rows = (("orders.csv:7", table, file, self.said, reason),)
        return (ViewTable("Rows", ("where", "table", "file", "value", "reason"), rows),)

    def quarantine_csv(self) -> bytes:
        return b"table,file\r\n"

    def runs(self) -> ViewTable:
        return ViewTable("Runs", ("day", "status"), (("2024-03-01", "done"),))

    def why_not(self, account: str) -> ViewTable:
        return ViewTable("Why not", ("play", "reason"), ((f"win_back {account}", self.said),))

    def decision_subject(
        self, question: str, account: str, deal: str, segment: str
    ) -> DecisionSubject:
        if account not in {"", "a1"}:
            raise Absent(f"no account has the id or name {account!r}")
        known = {"margin": KnownInput(Decimal("0.7"), f"economics: {self.said}", self.said)}
        return DecisionSubject(
            "EUR",
            "survival",
            self.said if account or deal or segment else "",
            known if account and question != "campaigns" else {},
        )

    def rules(self) -> tuple[ViewTable, ...]:
        return (ViewTable("Limits", ("id", "value"), (("rest_days", "7"),)),)


class FakeShelf:
    """Two reports; the figures of the second have members."""

    def __init__(self) -> None:
        self.now = report()
        self.then = report(as_of=self.now.as_of - 7, first_day=self.now.first_day - 7)

    def list(self) -> tuple[Archived, ...]:
        files = tuple(ReportFile(f"report.{end}", "aa", 3) for end in ("html", "json", "pdf"))
        return tuple(
            Archived(name, "weekly", one.as_of, one.first_day, NOW, files)
            for name, one in (("weekly-2026-W44", self.now), ("weekly-2026-W43", self.then))
        )

    def archived(self, report_id: str) -> Archived:
        for one in self.list():
            if one.id == report_id:
                return one
        raise Absent(f"there is no report {report_id!r}")

    def report(self, report_id: str) -> Report:
        return self.now if self.archived(report_id) == self.list()[0] else self.then

    def file(self, report_id: str, name: str) -> bytes:
        if name not in {file.name for file in self.archived(report_id).files}:
            raise Absent(f"report {report_id} has no file {name!r}")
        return f"<p>{name}</p>".encode()

    def chart(self, report_id: str, chart_id: str) -> str:
        self.archived(report_id)
        if chart_id != "curve":
            raise Absent(f"there is no chart {chart_id!r}")
        return "<svg xmlns='http://www.w3.org/2000/svg'/>"

    def members(
        self, report_id: str, figure: str, after: tuple[str, str] | None, limit: int
    ) -> tuple[Member, ...]:
        self.archived(report_id)
        if not figure.endswith(".size"):
            raise Absent(f"nobody can tell who is behind {figure!r}")
        everyone = [Member(f"a{n:03d}", f"Bäcker <{n}>", f"c{n:03d}") for n in range(130)]
        start = [m for m in everyone if after is None or (m.account_id, m.member_id) > after]
        return tuple(start[:limit])


class Inbox:
    """The application over a store, with a clock to turn and somebody of every role."""

    def __init__(self, store: "Store", said: str = "active", **changed: object) -> None:
        self.store = store
        self.clock = Clock(NOW)
        self.limits: Limits = limits(**changed)
        self.people = People(store.database)
        self.auth = Auth(self.people, SETTINGS, self.clock, CHEAP)
        zone = ZoneInfo("UTC")
        self.gate = Gate(
            store.gate, lambda _: self.limits, self.clock, zone, KEY, facts=willing(store)
        )
        self.parts = WebParts(
            self.gate,
            self.auth,
            FakeViews(said),
            FakeShelf(),
            SECRET,
            lag=lambda: {"daily": 3.0},
            company="Example Ltd",
            postal_address="1 High Street",
        )
        self.app = make_app(self.parts)

    def propose(self, *envelopes: "Envelope") -> tuple[str, ...]:
        """Put a day's envelopes into the queue; the ids, in the order given."""
        asked = envelopes or (envelope(),)
        queued = propose(desk(self.store), DAY, asked, self.clock())
        assert not queued.refused
        rows = {p.account_id: p.id for p in self.store.proposals.of_day(DAY)}
        return tuple(rows[one.who.account_id] for one in asked)

    def comes_to(self, proposal_id: str, *statuses: ActionStatus, detail: str = "") -> Action:
        """What became of an approved action, step by step, as an executor writes it down."""

        def write(tx: "GateTx") -> Action:
            action = tx.actions.of_proposal(proposal_id)
            assert action is not None
            for status in statuses:
                assert tx.actions.move(action, status, self.clock(), detail=detail)
                body = {"from": action.status, "to": status, "sha256": action.sha256}
                record(tx, KEY, self.clock(), "w1", "dispatch", action.id, body)
                action = tx.actions.of_proposal(proposal_id)
                assert action is not None
            return action

        return self.store.gate.write(write)

    def person(self, role: Role, name: str = "") -> Person:
        called = name or NAMES[role]
        mailbox = f"{called.lower()}@example.com"
        return self.people.by_mailbox(mailbox) or self.people.add(mailbox, called, role, NOW)

    def stranger(self) -> "Browser":
        return Browser(self)

    def inside(self, role: Role = "reviewer", name: str = "") -> "Browser":
        """A browser in which somebody of a role is signed in."""
        browser, person = Browser(self), self.person(role, name)
        secret = self.auth.sessions.start(person.id, self.clock())
        browser.client.cookies.set("__Host-lifecycle", secret, path="/")
        return browser

    def token(self, role: Role = "reviewer", *scopes: str, agent: bool = False) -> str:
        asked = scopes or ("read", "decide", "admin")
        return self.auth.tokens.create(
            self.person(role).id, "test", asked, timedelta(days=30), agent=agent
        )[0]

    def leaving(self, channel: str = "*") -> str:
        """The path of an unsubscribe link."""
        return f"/u/{unsubscribe_token(SECRET, 'ab' * 32, channel)}"


class Browser:
    """Looks at pages and sends forms as a person would."""

    def __init__(self, inbox: Inbox) -> None:
        self.inbox = inbox
        self.client = TestClient(inbox.app, BASE, follow_redirects=False)

    def get(self, path: str, status: int = 200) -> str:
        answer = self.client.get(path, headers=HTML)
        assert answer.status_code == status, answer.text[:2000]
        return answer.text

    def csrf(self) -> str:
        return fields_of(self.get("/switches"))["csrf"]

    def post(self, path: str, form: dict[str, Any], csrf: str | None = None) -> "Response":
        given = self.csrf() if csrf is None else csrf
        return self.client.post(path, data={"csrf": given, **form}, headers=HTML | HOME)

    def decide(self, kind: str, proposal: str, **form: Any) -> "Response":
        """Open a proposal, look at it, fill its form in and send it."""
        page = self.get(f"/proposals/{proposal}")
        self.inbox.clock.turn(seconds=5)
        return self.post(f"/proposals/{proposal}/{kind}", seen_in(page) | form)


def fields_of(page: str) -> dict[str, str]:
    """The hidden fields of a page, the last of each name."""
    return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page))


def seen_in(page: str) -> dict[str, str]:
    found = fields_of(page)
    names = ("csrf", "version", "sha256", "key", "back", "seconds", "opened")
    return {name: found[name] for name in names if name in found}


def several(*nets: str) -> list["Envelope"]:
    """Envelopes of as many accounts, worth what is given."""
    return [envelope(f"a{n}", net) for n, net in enumerate(nets, 1)]


def worded(subject: str, body: str, account: str = "a1") -> "Envelope":
    """An envelope with words of one's own."""
    one = envelope(account)
    return replace(one, what=replace(one.what, subject=subject, body=body))
