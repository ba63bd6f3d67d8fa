"""What churn means for a company: chosen from the tables it has, kept with every score."""

import json
from dataclasses import asdict, dataclass, fields, replace
from typing import TYPE_CHECKING, Any, Literal

from tools.errors import BadInput, NotComputable, nearest
from tools.warehouse.sql import read_sql

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tools.warehouse.asof.world import World

Kind = Literal["contractual_monthly", "contractual_term", "non_contractual"]
Activity = Literal["usage", "invoices", "messages"]

SHARE_OF_TERMS = 2 / 3  # above this share of yearly payers a renewal is what there is to lose
BROKEN_TERMS = 0.25  # above this share of leavers who left inside their term, it holds nobody
WORDS = {"usage": "product use", "invoices": "an order", "messages": "an opened mail"}
TABLE = {"usage": "events", "invoices": "invoices", "messages": "messages"}
LAST_SEEN = {
    "usage": "days_since_event",
    "invoices": "days_since_order",
    "messages": "days_since_open",
}


@dataclass(frozen=True)
class ChurnDefinition:
    """When an account counts as lost; all lengths in days.

    `term_binds` says that a line with an agreed term of several months cannot end inside it.
    """

    kind: Kind
    horizon_days: int
    grace_days: int
    activity: Activity | None = None
    active_window_days: int | None = None
    term_binds: bool = True

    @property
    def contractual(self) -> bool:
        """Whether losing an account is a fact (it stops paying) and not an inference."""
        return self.kind != "non_contractual"

    @property
    def terms_bind(self) -> bool:
        """Whether losing an account is up to the end of its term."""
        return self.contractual and self.term_binds

    @property
    def span_days(self) -> int:
        """Days after a snapshot until its outcome is known: the embargo."""
        return self.horizon_days + self.grace_days

    @property
    def recency(self) -> str:
        """The feature that tells how long an account has been silent."""
        return LAST_SEEN[self.activity or "usage"]

    @property
    def text(self) -> str:
        """The definition in one sentence."""
        if self.contractual:
            return (
                f"pays today; lost when paid recurring revenue falls to zero within "
                f"{self.horizon_days} days and stays there for more than {self.grace_days}"
            )
        return (
            f"{WORDS[self.activity or 'usage']} in the last {self.active_window_days} days; "
            f"lost when none follows for {self.horizon_days} days"
        )

    def record(self) -> dict[str, Any]:
        """The definition as JSON values, its sentence included."""
        return asdict(self) | {"text": self.text}

    def to_json(self) -> str:
        """Canonical JSON."""
        return json.dumps(self.record(), sort_keys=True, separators=(",", ":"))

    @classmethod
    def from_record(cls, record: "Mapping[str, Any]") -> "ChurnDefinition":
        """The definition a record was made from."""
        return cls(**{key: value for key, value in record.items() if key != "text"})


def choose_definition(
    world: "World", settings: "Mapping[str, Any] | None" = None, where: str = "churn"
) -> ChurnDefinition:
    """The definition that fits what is present; `settings` override single values.

    Needs the relation `features`.

    Raises:
        NotComputable: neither subscriptions nor a table that shows activity is present.
        BadInput: a setting is unknown or out of range; `where` starts the message.
    """
    given = dict(settings or {})
    _check(given, where)
    if "activity" in given:
        given.setdefault("kind", "non_contractual")
    chosen = _default(given.get("kind") or _kind(world), given.get("activity"), world)
    if chosen.contractual and "term_binds" not in given:
        given["term_binds"] = _terms_bind(world, given.get("grace_days", chosen.grace_days))
    return replace(chosen, **given)


def _kind(world: "World") -> Kind:
    if "subscriptions" not in world.present:
        return "non_contractual"
    yearly = _share(world, "yearly_share") > SHARE_OF_TERMS
    return "contractual_term" if yearly else "contractual_monthly"


def _default(kind: Kind, activity: Activity | None, world: "World") -> ChurnDefinition:
    if kind == "non_contractual":
        activity = activity or _activity(world)
        _need(TABLE[activity], world)
        window = 28 if activity == "usage" else 90
        return ChurnDefinition(kind, window, 0, activity, window, term_binds=False)
    _need("subscriptions", world)
    horizon, grace = (30, 14) if kind == "contractual_monthly" else (90, 30)
    return ChurnDefinition(kind, horizon, grace)


def _need(table: str, world: "World") -> None:
    if table not in world.present:
        raise NotComputable(table)


def _activity(world: "World") -> Activity:
    order: tuple[Activity, ...] = ("usage", "invoices", "messages")
    for activity in order:
        if TABLE[activity] in world.present:
            return activity
    raise NotComputable("subscriptions, events or invoices")


def _terms_bind(world: "World", grace: int) -> bool:
    return _share(world, "broken_terms", grace=grace, as_of=world.as_of) <= BROKEN_TERMS


def _share(world: "World", query: str, **given: int) -> float:
    share = world.engine.run(read_sql(__package__, query), **given)["share"][0].as_py()
    return float(share or 0.0)


def _check(given: dict[str, Any], where: str) -> None:
    known = {f.name for f in fields(ChurnDefinition)}
    for key, value in given.items():
        if key not in known:
            raise BadInput(f"{where}: {key!r} is not a churn setting; {nearest(key, known)}")
        if key.endswith("_days") and (type(value) is not int or not 0 <= value <= 731):
            raise BadInput(f"{where}: {key} must be days from 0 to 731, not {value!r}")
    if given.get("horizon_days") == 0:
        raise BadInput(f"{where}: horizon_days must be at least 1")
    kinds = {"contractual_monthly", "contractual_term", "non_contractual"}
    for key, allowed in (("kind", kinds), ("activity", set(WORDS))):
        if key in given and given[key] not in allowed:
            value = given[key]
            raise BadInput(f"{where}: {key} {value!r} is not known; {nearest(str(value), allowed)}")
