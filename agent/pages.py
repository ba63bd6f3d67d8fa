"""The pages whose figures come from the warehouse: roster, accounts, data audit, runs, rules.

One morning is kept open, the last that was run or the one asked for; an engine serves one question
at a time, so there is a lock around it.
"""

from threading import RLock
from typing import TYPE_CHECKING

import pyarrow as pa

from agent.account_desk import AccountDesk
from agent.account_files import csv_of
from agent.decision_facts import SubjectName, plain_subject, subject_of
from agent.page_tables import (
    ROWS,
    audit_tables,
    everybody,
    features,
    happened,
    history,
    quarantine_tables,
    short,
)
from agent.quarantine import csv_of as quarantine_csv
from agent.quarantine import data_audit
from agent.run import open_morning
from agent.whynot import why_not
from approvals.web.views import PageLink, ViewTable
from policies.rules import RULES
from tools.days import from_number
from tools.errors import Absent
from tools.labels import label_of_id
from tools.reports.accounts import ListRequest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from agent.morning import Morning
    from agent.wiring import Deps
    from approvals.care import Said
    from tools.reports.accounts import AccountLine, AccountList
    from tools.roi.decide import DecisionSubject

EVERYTHING = 1_000_000


class Pages:
    """What the inbox shows of the numbers."""

    def __init__(self, deps: "Deps") -> None:
        """Nothing is opened before the first question."""
        self._deps = deps
        self._lock = RLock()
        self._kept: tuple[tuple[int, tuple[str, ...]], Morning] | None = None
        self._desk: tuple[Morning, AccountDesk] | None = None
        self._warmed: int | None = None

    def _morning(self, as_of: int | None) -> "Morning":
        """The morning of a day; when facts came, or a person was erased, it is opened again."""
        closed = self._deps.store.runs.closed_day()
        day = as_of if as_of is not None else closed if closed is not None else self._deps.today()
        wanted = day, self._version(day)
        if self._kept is None or self._kept[0] != wanted:
            self._kept = wanted, open_morning(self._deps, day)
        return self._kept[1]

    def _version(self, day: int) -> tuple[str, ...]:
        """The files of what was known on a day; those that come later change nothing about it."""
        files = self._deps.store.manifest.data_files("fact")
        return tuple(f.path for f in files if (f.min_day or 0) < day and (f.min_known or 0) <= day)

    def roster(self, as_of: int | None, contact: str, q: str) -> ViewTable:
        """Stage, since when and because of what; of one contact its whole history."""
        with self._lock:
            morning = self._morning(as_of)
            _ = morning.staged
            told = f"as of {from_number(morning.as_of)}"
            return history(morning, contact, told) if contact else everybody(morning, q, told)

    def account(self, account_id: str) -> tuple[ViewTable, ...]:
        """One account: stages, features, and what happened lately."""
        with self._lock:
            morning = self._morning(None)
            _ = morning.staged
            known = morning.engine.run(
                "SELECT name, owner FROM accounts WHERE account_id = $id", id=account_id
            ).to_pylist()
            if not known:
                raise Absent(f"no account has the id {account_id[:80]!r}")
            name = known[0]["name"] or account_id
            told = f"{name}, as of {from_number(morning.as_of)}"
            return (
                history(morning, account_id, told),
                features(morning, account_id),
                *happened(morning, account_id),
                self._proposals(account_id),
            )

    def names(self, accounts: "Sequence[str]") -> dict[str, str]:
        """The names of accounts that have one, by id."""
        with self._lock:
            engine = self._morning(None).engine
            engine.put("named", pa.table({"account_id": pa.array(sorted(set(accounts)))}))
            rows = engine.run(
                "SELECT a.account_id, a.name FROM accounts AS a "
                "JOIN named AS n ON n.account_id = a.account_id WHERE NOT a.name IS NULL"
            )
            return {row["account_id"]: row["name"] for row in rows.to_pylist()}

    def _list(self) -> AccountDesk:
        """The list of the last morning; what stands still is made once a day."""
        if self._deps.store.runs.closed_day() is None:
            raise Absent("no day was run yet, so there is no list; `lifecycle run` runs one")
        morning, today = self._morning(None), self._deps.today()
        kept = self._desk
        if kept is None or kept[0] is not morning or kept[1].today != today:
            kept = self._desk = morning, AccountDesk(self._deps, morning, today)
        return kept[1]

    def warm(self) -> None:
        """Open a new morning's list, once, so that whoever asks does not wait.

        What is open and is not so any more, as after an erasure, is let go of.
        """
        with self._lock:
            if self._kept is not None and self._kept[0][1] != self._version(self._kept[0][0]):
                self._kept = self._desk = None
        closed = self._deps.store.runs.closed_day()
        if closed is None or closed == self._warmed:
            return
        for part in ("world", "staged", "segmented", "priced"):
            with self._lock:  # who asks for a part waits for that part alone
                getattr(self._morning(None), part)
        self.accounts("", 1)
        self._warmed = closed

    def accounts(self, owner: str, limit: int) -> "AccountList":
        """Whom to call today, whom to leave alone."""
        with self._lock:
            return self._list().read(ListRequest(owner, limit))

    def accounts_csv(self, owner: str) -> bytes:
        """All of it as a file."""
        with self._lock:
            return csv_of(self._list().read(ListRequest(owner, EVERYTHING)))

    def account_said(self, account_id: str) -> "tuple[AccountLine, Said]":
        """One account of the list."""
        with self._lock:
            return self._list().said(account_id)

    def _proposals(self, account_id: str) -> ViewTable:
        found = self._deps.store.proposals.of_account(account_id)
        rows = tuple(
            (
                PageLink(p.id, f"/proposals/{p.id}"),
                from_number(p.as_of).isoformat(),
                label_of_id(p.play, self._deps.rulebook.labels),
                p.status,
                p.status_reason,
            )
            for p in reversed(found)
        )
        return ViewTable("Proposals", ("id", "day", "play", "status", "why"), rows)

    def data_audit(self) -> tuple[ViewTable, ...]:
        """Where the data agree and where they do not."""
        with self._lock:
            morning = self._morning(None)
            run = self._deps.store.runs.run_of(morning.as_of)
            found = data_audit(
                morning.as_of,
                morning.engine,
                self._deps.store.manifest,
                morning.dataset,
                finished=None if run is None else run.finished_at,
                rules=morning.rulebook.identity,
            )
            return audit_tables(found)

    def quarantine(self, table: str, file: str, reason: str) -> tuple[ViewTable, ...]:
        """What could not be read, how often, and what to do."""
        manifest = self._deps.store.manifest
        found = manifest.quarantine(
            table or None, limit=ROWS, file=file or None, reason=reason or None
        )
        return quarantine_tables(manifest.quarantine_counts(), found)

    def quarantine_csv(self) -> bytes:
        """Everything in quarantine as a file that no spreadsheet runs."""
        return quarantine_csv(self._deps.store.manifest.quarantine(limit=None))

    def runs(self) -> ViewTable:
        """The last runs."""
        rows = tuple(
            (
                from_number(run.as_of).isoformat(),
                run.status,
                f"{run.started_at:%Y-%m-%d %H:%M}",
                "" if run.finished_at is None else f"{run.finished_at:%Y-%m-%d %H:%M}",
            )
            for run in self._deps.store.runs.list_runs()
        )
        return ViewTable("Runs", ("day", "status", "started", "finished"), rows)

    def why_not(self, account: str) -> ViewTable:
        """For every play what stood in the way."""
        with self._lock:
            closed = self._deps.store.runs.closed_day()
            if closed is None:
                raise Absent("no day was run yet")
            found = why_not(self._deps, closed, account)
            title = f"{found.name} ({found.account_id}) as of {found.day}"
            labels = self._deps.rulebook.labels
            rows = tuple((label_of_id(play, labels), *rest) for play, *rest in found.answers)
            return ViewTable(title, ("play", "answer", "reason"), rows, found.facts)

    def decision_subject(
        self, question: str, account: str, deal: str, segment: str
    ) -> "DecisionSubject":
        """What is known of what a question is about, as of the last morning."""
        about = SubjectName(account, deal, segment)
        if about.nothing:
            return plain_subject(self._deps.rulebook.economics, self._deps.today())
        with self._lock:
            return subject_of(self._morning(None), question, about)

    def rules(self) -> tuple[ViewTable, ...]:
        """The rules in force today, with their ids; they are edited in files, not here."""
        book, today = self._deps.rulebook, self._deps.today()
        limits = [(name, book.limits.dated(name, today)) for name in sorted(book.limits.values)]
        shown = tuple(
            (name, short(one.value), from_number(one.valid_from).isoformat(), one.source, one.owner)
            for name, one in limits
        )
        plays = tuple(
            (
                f"{p.name} ({p.id})",
                str(p.version),
                label_of_id(p.goal),
                label_of_id(p.channel),
                ", ".join(p.segments),
                ", ".join(p.approval),
            )
            for p in book.plays
        )
        rules = tuple((rule.id, (rule.check.__doc__ or "").strip()) for rule in RULES)
        note = (f"rulebook {book.fingerprint[:12]}; change them in policies/*.yaml",)
        return (
            ViewTable("Policy", ("id", "what it asks"), rules, note),
            ViewTable("Limits", ("id", "value", "since", "source", "owner"), shown),
            ViewTable(
                "Plays", ("id", "version", "goal", "channel", "segments", "who agrees"), plays
            ),
        )
