"""Every route of the application, with what to send it and who may."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from approvals.web.api.giving import KINDS
from tests.web.made import Browser, Inbox, several
from tools.roi.decide.questions import QUESTIONS
from tools.store.people import Role

READERS: tuple[Role, ...] = ("viewer", "auditor", "reviewer", "approver-2", "admin")
DECIDERS: tuple[Role, ...] = ("reviewer", "approver-2", "admin")
AUDITORS: tuple[Role, ...] = ("auditor", "admin")
GETS = (
    "/", "/queue", "/queue/changes", "/proposals/{one}", "/proposals/{one}/message", "/actions",
    "/log", "/roster", "/accounts", "/accounts/changes",
    "/accounts/list.csv", "/accounts/a1", "/audit", "/quarantine?table=orders",
    "/quarantine/rows.csv", "/runs", "/why-not?account=a1",
    "/decide", "/decide/accept", "/decide/retain?account=a1", "/rules", "/switches", "/me",
    "/reports", "/reports/weekly-2026-W44",
    "/reports/weekly-2026-W44/behind?figure=retention.3.size",
    "/reports/weekly-2026-W44/files/report.html", "/reports/weekly-2026-W44/charts/curve",
    "/reports/compare", "/reports/compare?a=weekly-2026-W43&b=weekly-2026-W44", "/metrics",
    "/api/v1/queue", "/api/v1/proposals/{one}",
    "/api/v1/actions", "/api/v1/accounts", "/api/v1/log", "/api/v1/audit-chain",
    "/api/v1/decide", "/api/v1/decide/accept?revenue=30000",
    *(f"/api/v1/decide/{question}" for question in QUESTIONS),
)  # fmt: skip
AUDITED = ("/api/v1/audit-chain", "/quarantine?table=orders", "/quarantine/rows.csv")
MANAGED = ("/people", "/people/{reviewer}")
STREAMS = ("/queue/events",)  # it has no end, so tests/web/test_live.py reads it
OPEN = ("/health", "/ready", "/login", "/api/v1/openapi.json", "/api/v1/docs", "/static/app.css",
        "/static/keys.js", "/static/live.js", "/static/htmx.min.js", "/static/charts.js",
        "/static/uplot.min.js",
        "/static/uplot.min.css")  # fmt: skip


@dataclass(frozen=True)
class Change:
    """A POST that does something when a decider sends it."""

    path: str
    form: dict[str, Any] = field(default_factory=dict)


WISHES: dict[str, dict[str, str]] = {
    "approve": {}, "reject": {"reason": "other"}, "snooze": {"until": "2024-03-04"},
    "edit": {"subject": "Room?", "body": "Hello,\n"}, "undo": {}, "revoke": {},
    "release": {"note": "it was not so"},
}  # fmt: skip
CARES: dict[str, dict[str, str]] = {
    "claim": {}, "done": {}, "snooze": {"until": "2024-03-04"},
    "not-useful": {"reason": "too_small"}, "open": {},
}  # fmt: skip
CHANGES = (
    *(Change(f"/proposals/{{one}}/{kind}", WISHES[kind]) for kind in KINDS),
    Change("/proposals/{one}/assign", {"person": "{reviewer}"}),
    Change("/queue/take", {"proposal": "{one}"}),
    Change("/bulk/preview", {"item": "{one}|1|{sha}"}),
    Change("/bulk/approve", {"item": "{one}|1|{sha}", "looked": "{one}"}),
    Change("/actions/{action}/settle", {"finding": "failed", "note": "looked"}),
    Change("/switches", {"scope": "global", "on": "on", "reason": "holiday"}),
    *(Change(f"/api/v1/proposals/{{one}}/{kind}", WISHES[kind]) for kind in KINDS),
    *(Change(f"/accounts/{kind}", {"account": "a1", "version": "0", **form})
      for kind, form in CARES.items()),
    *(Change(f"/api/v1/accounts/{kind}", {"account": "a1", "version": 0, **form})
      for kind, form in CARES.items()),
    Change("/api/v1/bulk/preview", {"proposals": ["{one}"]}),
    Change("/api/v1/bulk/approve", {
        "items": [{"proposal": "{one}", "version": 1, "sha256": "{sha}"}], "looked_at": ["{one}"],
    }),
)  # fmt: skip
# What takes whoever may give the second yes.
RELEASES = (
    Change("/proposals/{one}/release", WISHES["release"]),
    Change("/api/v1/proposals/{one}/release", WISHES["release"]),
)
OWN = (
    Change("/me/password", {"password": "another horse battery", "again": "another horse battery"}),
    Change("/me/totp/begin"), Change("/me/totp", {"sealed": "x", "code": "000000"}),
    Change("/me/tokens", {"name": "t", "scope": "read", "days": "1"}),
    Change("/me/tokens/{prefix}/revoke"),
)  # fmt: skip
MANAGING = (
    Change("/people", {"mailbox": "new@example.com", "name": "New", "role": "viewer"}),
    Change("/people/{other}/role", {"role": "viewer"}), Change("/people/{other}/off"),
    Change("/people/{other}/on"), Change("/people/{other}/reset"), Change("/people/{other}/link"),
    Change("/people/{other}/tokens/{prefix}/revoke"),
)  # fmt: skip


@dataclass(frozen=True)
class Scene:
    """An inbox with a proposal that waits and an action that is scheduled."""

    inbox: Inbox
    names: dict[str, str]

    def path(self, text: str) -> str:
        return text.format(**self.names)

    def filled(self, value: Any) -> Any:
        if isinstance(value, str):
            return self.path(value)
        if isinstance(value, dict):
            return {name: self.filled(one) for name, one in value.items()}
        return [self.filled(one) for one in value] if isinstance(value, list) else value

    def send(self, browser: Browser, change: Change, csrf: str | None = None) -> int:
        """Send a change as a page or a program would; the status of the answer."""
        path, form = self.path(change.path), self.filled(change.form)
        seen = {"version": 1, "sha256": self.names["sha"]}
        if not path.startswith("/api/"):
            return browser.post(path, {**seen, **form}, csrf).status_code
        whole = "/bulk/" in path or "/accounts/" in path
        body = form if whole else seen | form
        token = browser.csrf() if csrf is None else csrf
        headers = {
            "origin": "https://inbox.example",
            "x-csrf-token": token,
            "idempotency-key": "one",
        }
        return browser.client.post(path, json=body, headers=headers).status_code


def scene(inbox: Inbox) -> Scene:
    one, other = inbox.propose(*several("20", "10"))
    inbox.inside().decide("approve", other)
    found = inbox.store.proposals.get(one)
    assert found is not None
    action = inbox.gate.store.read(lambda tx: tx.actions.of_proposal(other))
    assert action is not None
    other_one = inbox.person("reviewer", "Oda")
    lasts = timedelta(days=30)
    token = inbox.auth.tokens.create(other_one.id, "theirs", ["read"], lasts)[1]
    return Scene(
        inbox,
        {
            "one": one,
            "sha": found.shown,
            "action": action.id,
            "prefix": token.prefix,
            "reviewer": inbox.person("reviewer").id,
            "other": other_one.id,
        },
    )
