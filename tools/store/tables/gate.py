"""Tables of the gate: what people decided, what then was done, and the chain that proves it."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import BigInteger, Index, Text, UniqueConstraint, text
from sqlmodel import Field

from tools.store.columns import StoreRow, UtcDateTime

LET_IN = text("kind = 'let_in'")


class RevisionRow(StoreRow, table=True):
    """A proposal's bytes after an edit; a trigger refuses to change or delete one."""

    __tablename__ = "revision"

    sha256: str = Field(primary_key=True)
    proposal: str = Field(primary_key=True, foreign_key="proposal.id")
    number: int
    envelope: str = Field(sa_type=Text)
    editor: str
    created_at: datetime = Field(sa_type=UtcDateTime)


class DecisionRow(StoreRow, table=True):
    """One thing a person did with a proposal; a trigger refuses to change or delete one."""

    __tablename__ = "decision"
    __table_args__: ClassVar = (Index(None, "proposal", "seq"), Index(None, "at"))

    seq: int | None = Field(default=None, primary_key=True)
    proposal: str = Field(foreign_key="proposal.id")
    kind: str
    sha256: str
    version: int
    who: str
    role: str
    via: str
    reason: str
    note: str = Field(sa_type=Text)
    day: int
    seconds: int | None = None
    at: datetime = Field(sa_type=UtcDateTime)


class ActionRow(StoreRow, table=True):
    """What an approval set in motion: the outbox; one for each proposal, ever."""

    __tablename__ = "action"
    __table_args__: ClassVar = (
        Index(None, "status", "due_at", "id"),
        Index(None, "account_id", "day"),
        Index(None, "play", "day"),
        Index(None, "address_key", "day"),
    )

    id: str = Field(primary_key=True)
    proposal: str = Field(foreign_key="proposal.id", unique=True)
    sha256: str
    seal: str
    account_id: str
    contact_id: str | None = None
    play: str
    channel: str
    value_minor: int = Field(sa_type=BigInteger)
    currency: str
    day: int
    status: str
    detail: str = Field(sa_type=Text)
    receipt: str
    due_at: datetime = Field(sa_type=UtcDateTime)
    attempts: int
    worker: str
    lease_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    fence: int
    created_at: datetime = Field(sa_type=UtcDateTime)
    changed_at: datetime = Field(sa_type=UtcDateTime)
    address_key: str | None = None
    waits: int = 0


class AttemptRow(StoreRow, table=True):
    """One call of a channel, written before it is made."""

    __tablename__ = "attempt"

    action: str = Field(primary_key=True, foreign_key="action.id")
    fence: int = Field(primary_key=True)
    sha256: str
    channel: str
    worker: str
    started_at: datetime = Field(sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    result: str
    detail: str = Field(sa_type=Text)


class HoldoutRow(StoreRow, table=True):
    """Whether an account is left out of a play, drawn before anybody decides."""

    __tablename__ = "holdout"

    play: str = Field(primary_key=True)
    account_id: str = Field(primary_key=True)
    play_version: int
    stratum: str
    held: bool
    share: str
    drawn_day: int
    started_day: int | None = None


class AuditRow(StoreRow, table=True):
    """One link of the chain; triggers refuse to change or delete one."""

    __tablename__ = "audit"
    __table_args__: ClassVar = (
        Index("ix_audit_let_in", "seq", sqlite_where=LET_IN, postgresql_where=LET_IN),
    )

    seq: int = Field(primary_key=True)
    at: datetime = Field(sa_type=UtcDateTime)
    who: str
    kind: str
    subject: str = Field(index=True)
    body: str = Field(sa_type=Text)
    mac: str


class AnswerRow(StoreRow, table=True):
    """The answer to a request with an idempotency key, given again to whoever repeats it."""

    __tablename__ = "answer"

    who: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    request: str
    body: str = Field(sa_type=Text)
    at: datetime = Field(sa_type=UtcDateTime)


class AssignmentRow(StoreRow, table=True):
    """Who looks at a proposal; without an end it was given to them, else they look right now."""

    __tablename__ = "assignment"
    __table_args__: ClassVar = (Index(None, "who", "until"),)

    proposal: str = Field(primary_key=True, foreign_key="proposal.id")
    who: str
    until: datetime | None = Field(default=None, sa_type=UtcDateTime)


class SlotRow(StoreRow, table=True):
    """One due moment of a job; it is run once, whoever is awake."""

    __tablename__ = "slot"
    __table_args__: ClassVar = (Index(None, "status", "lease_until"),)

    job: str = Field(primary_key=True)
    slot: str = Field(primary_key=True)
    due_at: datetime = Field(sa_type=UtcDateTime)
    status: str
    worker: str
    lease_until: datetime = Field(sa_type=UtcDateTime)
    fence: int
    started_at: datetime = Field(sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    detail: str = Field(sa_type=Text)


class ClockRow(StoreRow, table=True):
    """What the clocks of a machine said last, since a start of it."""

    __tablename__ = "clock"

    boot: str = Field(primary_key=True)
    wall: datetime = Field(sa_type=UtcDateTime)
    uptime: float
    since: float
    doubt_wall: datetime | None = Field(default=None, sa_type=UtcDateTime)
    doubt_uptime: float | None = None


class PersonRow(StoreRow, table=True):
    """Somebody who may sign in; `mailbox` is the address without tags, one for each human."""

    __tablename__ = "person"
    __table_args__: ClassVar = (UniqueConstraint("mailbox"), UniqueConstraint("subject"))

    id: str = Field(primary_key=True)
    mailbox: str
    subject: str | None = None
    name: str
    role: str
    password: str
    totp: str
    totp_step: int = Field(sa_type=BigInteger)
    active: bool
    created_at: datetime = Field(sa_type=UtcDateTime)


class LoginRow(StoreRow, table=True):
    """A session, under the hash of the secret in the cookie."""

    __tablename__ = "login"

    sha256: str = Field(primary_key=True)
    person: str = Field(foreign_key="person.id", index=True)
    csrf: str
    started_at: datetime = Field(sa_type=UtcDateTime)
    seen_at: datetime = Field(sa_type=UtcDateTime)
    ends_at: datetime = Field(sa_type=UtcDateTime)
    confirmed_at: datetime = Field(sa_type=UtcDateTime)


class TokenRow(StoreRow, table=True):
    """An API token, under its hash; an agent's can never approve."""

    __tablename__ = "token"

    sha256: str = Field(primary_key=True)
    prefix: str
    person: str = Field(foreign_key="person.id", index=True)
    name: str
    scopes: str
    agent: bool
    created_at: datetime = Field(sa_type=UtcDateTime)
    ends_at: datetime = Field(sa_type=UtcDateTime)
    used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
