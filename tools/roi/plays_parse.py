"""Read `policies/plays.yaml`; every mistake says where it is and offers the nearest name."""

from decimal import Decimal
from typing import TYPE_CHECKING

from tools.actions import CHANNELS
from tools.errors import BadRule
from tools.file_mistakes import place_of
from tools.file_model import read_model
from tools.labels import label_of_id
from tools.roi.plays import Concession, Cost, Play, PlayLimits, PlayWorth, Template
from tools.roi.plays_file import (
    SHARED,
    ConcessionEntry,
    PlayEntry,
    PlaysFile,
    TemplateEntry,
    ValueEntry,
)
from tools.rules import RuleText, parse_rule

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from tools.rule_types import Kind

EXTRA_NAMES: "dict[str, Kind]" = {
    "stage": "text", "segment": "text", "probability": "number",
    "renewal_probability": "number", "band": "text", "risk_rank": "number",
}  # fmt: skip


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
    names = {"segment": segments, "channel": channels}
    file = read_model(PlaysFile, text, where, names=names)
    known, types = EXTRA_NAMES.keys() | set(features), {**EXTRA_NAMES, **(kinds or {})}
    found = []
    for n, entry in enumerate(file.plays):
        try:
            rule = parse_rule(entry.when, known, "", types)
        except BadRule as wrong:
            place = place_of(text, where, "plays", n, "when")
            raise BadRule(f"{place}{wrong}") from wrong
        found.append(_play(entry, rule))
    return tuple(found)


def _play(entry: PlayEntry, when: RuleText) -> Play:
    return Play(
        id=entry.id,
        version=entry.version,
        goal=entry.goal,
        segments=entry.segments,
        when=when,
        channel=entry.channel,
        role=entry.role,
        hours=entry.hours,
        cost=_cost(entry),
        concession=_concession(entry.concession),
        window_days=entry.window_days,
        effect=entry.effect.noun(of_losses=entry.without == "score"),
        without=entry.without,
        worth=_worth(entry.value),
        days_sooner=entry.days_sooner or 0,
        limits=PlayLimits(entry.limits.per_day, entry.limits.cooldown_days),
        approval=entry.approval,
        template=_template(entry.template),
        name=" ".join(entry.name.split()) if entry.name else label_of_id(entry.id),
    )


def _cost(entry: PlayEntry) -> Cost:
    cost, gift = entry.cost, entry.incentive
    audience = cost.audience if cost.scope == "per_campaign" else None
    return Cost(
        amount=cost.amount,
        scope=cost.scope,
        audience=audience or 1,
        incentive=gift.amount if gift else Decimal(0),
        accept_prob=gift.accept_prob if gift else Decimal(0),
    )


def _concession(entry: ConcessionEntry | None) -> Concession | None:
    return None if entry is None else Concession(entry.share, entry.accept_prob, entry.recurs)


def _worth(entry: ValueEntry) -> PlayWorth:
    size = Decimal(1) if entry.size is None or entry.part == "all" else entry.size
    return PlayWorth(
        basis=entry.basis,
        part=entry.part,
        size=size if entry.part in SHARED else Decimal(int(size)),
        recurs=entry.recurs is not False,
        support_year=Decimal(0) if entry.support_year is None else entry.support_year,
    )


def _template(entry: TemplateEntry) -> Template:
    others = {
        code: Template(words.subject, words.body, code)
        for code, words in (entry.others or {}).items()
    }
    return Template(entry.subject, entry.body, entry.language or "en", others)
