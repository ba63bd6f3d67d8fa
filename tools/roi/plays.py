"""Plays: what may be done for an account, for whom, at what cost, with what expected effect.

The file is `policies/plays.yaml`, edited by a marketer; every error names file, play and key.
"""

import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Literal, cast, get_args

from tools.actions import CHANNELS, DO_NOTHING, GOALS, Goal
from tools.errors import BadInput, nearest
from tools.labels import label_of_id
from tools.reading import Node, read_yaml
from tools.roi.effect import Effect, read_effect, read_places, read_share
from tools.rule_types import place_in
from tools.rules import Rule, parse_rule

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from tools.rule_types import Kind

Without = Literal["score", "expansion", "return", "close"]
Part = Literal["all", "share", "seats", "more", "next"]
Basis = Literal["mrr", "last_mrr", "orders", "deal"]
Scope = Literal["per_account", "per_campaign"]

WITHOUT: tuple[Without, ...] = ("score", "expansion", "return", "close")
BASES: tuple[Basis, ...] = ("mrr", "last_mrr", "orders", "deal")
EXTRA_NAMES: "dict[str, Kind]" = {
    "stage": "text", "segment": "text", "probability": "number",
    "renewal_probability": "number", "band": "text", "risk_rank": "number",
}  # fmt: skip
PLACEHOLDERS = frozenset({
    "account", "contact", "owner", "plan", "seats", "days_to_renewal", "days_since_event",
    "days_since_order", "offer", "sender",
})  # fmt: skip
KEYS = (
    "id", "name", "version", "goal", "segments", "when", "channel", "role", "hours", "cost",
    "incentive", "concession", "window_days", "effect", "without", "value", "days_sooner", "limits",
    "approval", "template",
)  # fmt: skip
MAX_HOURS = 40
_OF_DEALS = (
    "what is worth an open deal has without: close and value: {basis: [deal], part: all}, "
    "and nothing else has"
)
_PLACE = re.compile(r"\{([a-z_]+)\}")
_BRACED = re.compile(r"\{[^{}\n]*\}")


class TemplateFault(BadInput):
    """A template holds something that cannot be filled in; `words` is the line that is wrong."""

    def __init__(self, where: str, words: str, said: str) -> None:
        """Say where and what."""
        self.where, self.words, self.said = where, words, said
        super().__init__(f"{where}: {said}")


@dataclass(frozen=True)
class Cost:
    """What one action costs besides hours; a cost per campaign is shared by the audience."""

    amount: Decimal
    scope: Scope
    audience: int
    incentive: Decimal
    accept_prob: Decimal


@dataclass(frozen=True)
class Concession:
    """A share of revenue given to all who stay and accept; `recurs` at every renewal or once."""

    share: Decimal
    accept_prob: Decimal
    recurs: bool


@dataclass(frozen=True)
class Worth:
    """What success is worth: all of the account's recurring revenue, a share, or some seats.

    Or what our own bills say of `more` of the same product or of the `next` one; `size` is the
    share it is taken for until they do.
    """

    basis: tuple[Basis, ...]
    part: Part
    size: Decimal
    recurs: bool
    support_year: Decimal


@dataclass(frozen=True)
class Limits:
    """How many a day, and how long an account rests after it."""

    per_day: int
    cooldown_days: int


@dataclass(frozen=True)
class Template:
    """The words used without a language model; placeholders come from a short list.

    `others` are the same words in other languages, by code.
    """

    subject: str
    body: str
    language: str = "en"
    others: "Mapping[str, Template]" = field(default_factory=dict)

    def spoken(self, language: str) -> "Template":
        """The words in a language, or those there are."""
        return self.others.get(language, self)


@dataclass(frozen=True)
class Play:
    """One kind of action."""

    id: str
    version: int
    goal: Goal
    segments: tuple[str, ...]
    when: Rule
    channel: str
    role: str
    hours: Decimal
    cost: Cost
    concession: Concession | None
    window_days: int
    effect: Effect
    without: Without
    worth: Worth
    days_sooner: int
    limits: Limits
    approval: tuple[str, ...]
    template: Template
    name: str


def parse_plays(
    text: str,
    features: "Collection[str]",
    segments: "Collection[str]" = (),
    where: str = "policies/plays.yaml",
    kinds: "Mapping[str, Kind] | None" = None,
    channels: "Collection[str]" = CHANNELS,
) -> tuple[Play, ...]:
    """Read the plays; rules may use `features`, and `segments` and `channels` are those there are.

    Raises:
        BadInput: anything unknown or out of bounds, with file, play, key and the nearest match.
    """
    top = read_yaml(text, where).only(("version", "plays"))
    if top.has("version"):
        top.whole("version", 1)
    names = _Names(
        EXTRA_NAMES.keys() | set(features), {**EXTRA_NAMES, **(kinds or {})}, text, channels
    )
    try:
        plays = tuple(_play(node, names, segments) for node in top.nodes("plays"))
    except TemplateFault as fault:
        place = f"{where}{_line_of(text, fault)}"
        raise BadInput(f"{place}{str(fault).removeprefix(where)}") from fault
    ids = [play.id for play in plays]
    for name in ids:
        if ids.count(name) > 1:
            raise BadInput(f"{where}: two plays are called {name!r}")
    return plays


def _line_of(text: str, fault: TemplateFault) -> str:
    """The line on which the words of a fault stand, as `:12`; '' when they are written otherwise.

    They are looked for inside the play, so that the same words of another one are not named.
    """
    lines = text.splitlines()
    wanted = re.search(r"plays\[(\d+)\]", fault.where)
    items = [(n, re.match(r" *(?=- )", line)) for n, line in enumerate(lines)]
    indent = next((len(found[0]) for _, found in items if found), 0)
    starts = [n for n, found in items if found and len(found[0]) == indent]
    number = int(wanted[1]) if wanted else 0
    first = starts[number] if number < len(starts) else 0
    found = (n for n, line in enumerate(lines[first:], first + 1) if fault.words in line)
    return next((f":{n}" for n in found), "")


@dataclass(frozen=True)
class _Names:
    """What rules may name, of which kind it is, and the text they stand in."""

    known: frozenset[str] | set[str]
    kinds: "Mapping[str, Kind]"
    document: str
    channels: "Collection[str]"

    def place(self, where: str, rule: str) -> str:
        """Where a rule stands, with its line."""
        return place_in(self.document, rule, where)


def _play(node: Node, names: _Names, segments: "Collection[str]") -> Play:
    name = node.text("id")
    node = Node(node.values, f"{node.where} {name}").only(KEYS)
    goal = cast("Goal", node.choice("goal", GOALS))
    if name == DO_NOTHING:
        raise BadInput(
            f"{node.at('id')}: {DO_NOTHING} is always there and worth 0; use another name"
        )
    when = node.text("when")
    return Play(
        id=name,
        version=node.whole("version", 1),
        goal=goal,
        segments=_segments(node, segments),
        when=parse_rule(when, names.known, names.place(node.at("when"), when), names.kinds),
        channel=node.choice("channel", names.channels),
        role=node.text("role"),
        hours=read_places(node, "hours", node.number("hours", 0, MAX_HOURS), 2),
        cost=_cost(node),
        concession=_concession(node),
        window_days=node.whole("window_days", 1, 730),
        effect=read_effect(node, segments),
        without=cast("Without", node.choice("without", WITHOUT)),
        worth=_worth(node.node("value"), of_deals=node.values["without"] == "close"),
        days_sooner=node.whole("days_sooner", 0, 730) if node.has("days_sooner") else 0,
        limits=_limits(node.node("limits").only(("per_day", "cooldown_days"))),
        approval=node.texts("approval"),
        template=_template(node.node("template").only(("subject", "body", "language", "others"))),
        name=_name(node, name),
    )


def _name(node: Node, key: str) -> str:
    """What people call the play; made from its id where nobody says."""
    return " ".join(node.text("name").split()) if node.has("name") else label_of_id(key)


def _segments(node: Node, known: "Collection[str]") -> tuple[str, ...]:
    names = node.texts("segments")
    for name in names:
        if known and name not in known:
            raise BadInput(f"{node.at('segments')}: {name!r} is not known; {nearest(name, known)}")
    return names


def _cost(node: Node) -> Cost:
    cost = node.node("cost").only(("amount", "scope", "audience"))
    scope = cast("Scope", cost.choice("scope", ("per_account", "per_campaign")))
    audience = cost.whole("audience", 1) if scope == "per_campaign" else 1
    amount = read_places(cost, "amount", cost.number("amount", 0, 10_000_000), 2)
    if not node.has("incentive"):
        return Cost(amount, scope, audience, Decimal(0), Decimal(0))
    gift = node.node("incentive").only(("amount", "accept_prob"))
    value = read_places(gift, "amount", gift.number("amount", 0, 1_000_000), 2)
    return Cost(amount, scope, audience, value, read_share(gift, "accept_prob"))


def _concession(node: Node) -> Concession | None:
    if not node.has("concession"):
        return None
    given = node.node("concession").only(("share", "accept_prob", "recurs"))
    share, taken = read_share(given, "share"), read_share(given, "accept_prob")
    return Concession(share, taken, given.flag("recurs"))


def _worth(node: Node, *, of_deals: bool) -> Worth:
    node.only(("basis", "part", "size", "recurs", "support_year"))
    basis = node.texts("basis")
    for name in basis:
        if name not in BASES:
            raise BadInput(f"{node.at('basis')}: {name!r} is not known; {nearest(name, BASES)}")
    part = cast("Part", node.choice("part", get_args(Part)))
    if of_deals != ("deal" in basis) or (of_deals and (basis != ("deal",) or part != "all")):
        raise BadInput(f"{node.where}: {_OF_DEALS}")
    support = node.number("support_year", 0, 1_000_000) if node.has("support_year") else Decimal(0)
    recurs = node.flag("recurs") if node.has("recurs") else True
    return Worth(cast("tuple[Basis, ...]", basis), part, _size(node, part), recurs, support)


def _size(node: Node, part: Part) -> Decimal:
    if part in {"share", "more", "next"}:
        return read_places(node, "size", node.number("size", 0, 5), 4)
    return Decimal(node.whole("size", 1, 10_000)) if part == "seats" else Decimal(1)


def _limits(node: Node) -> Limits:
    return Limits(node.whole("per_day", 0, 1_000_000), node.whole("cooldown_days", 0, 3650))


def _template(node: Node) -> Template:
    language = node.text("language") if node.has("language") else "en"
    others = node.node("others") if node.has("others") else None
    template = Template(
        node.text("subject"), node.text("body"), language,
        {} if others is None else {code: _words(others.node(code), code) for code in others.values},
    )  # fmt: skip
    for key, text in (("subject", template.subject), ("body", template.body)):
        _check_places(text, node.at(key))
    return template


def _words(node: Node, language: str) -> Template:
    return _template(Node({**node.only(("subject", "body")).values, "language": language},
                          node.where))  # fmt: skip


def _check_places(text: str, where: str) -> None:
    """Refuse every brace but those of plain placeholders: what is filled in is a fact by its name.

    Raises:
        TemplateFault: with the line that is wrong, so that their line can be told.
    """
    for match in _PLACE.finditer(text):
        if match[1] not in PLACEHOLDERS:
            said = f"the placeholder {match[0]} is not allowed; {nearest(match[1], PLACEHOLDERS)}"
            raise TemplateFault(where, _line_at(text, match.start()), said)
    rest = _PLACE.sub(lambda place: " " * len(place[0]), text)
    if inner := _BRACED.search(rest):
        said = f"the placeholder {inner[0]} is not allowed; a fact stands alone, as {{account}}"
        raise TemplateFault(where, _line_at(text, inner.start()), said)
    if brace := re.search(r"[{}][^\s{}]*", rest):
        said = (
            f"not a readable template: {brace[0]!r} has no other brace; write a fact as {{account}}"
        )
        raise TemplateFault(where, _line_at(text, brace.start()), said)


def _line_at(text: str, place: int) -> str:
    """The line of a template on which something stands."""
    return text.split("\n")[text.count("\n", 0, place)].strip()
