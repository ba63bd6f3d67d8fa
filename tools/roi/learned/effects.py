"""The effects of the day: what was believed before, and what our own closed outcomes say.

A pure function of the evidence and the priors: the same both, the same bytes.
"""

import hashlib
import json
from collections import defaultdict
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from tools.roi.learned.estimate import LEAST_EFFECTIVE, LEAST_EVENTS, estimate, lacking, speaks
from tools.roi.learned.harm import Harm, harm_of
from tools.roi.learned.pooling import Belief, pooled
from tools.roi.learned.words import origin, pooled_origin, thin_origin

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from tools.roi.learned.evidence import Cell, Comparison, Evidence
    from tools.roi.play_effects import PlayEffect

FOUR = Decimal("0.0001")


@dataclass(frozen=True)
class Own:
    """Our own outcomes of one play in one segment.

    Attributes:
        effective: outcomes of equal weight; `events` of those left alone.
        parts: (value, variance) of every comparison, however small.
        estimates: of those that say something on their own.
        lacking: about how many more outcomes the one that is nearest to it needs.
    """

    effective: float = 0.0
    events: int = 0
    parts: tuple[tuple[float, float], ...] = ()
    estimates: tuple[tuple[float, float], ...] = ()
    lacking: int = LEAST_EFFECTIVE


def learned_effects(
    evidence: "Evidence",
    priors: "Sequence[PlayEffect]",
    losses: "Collection[str]",
    slope: Decimal | None = None,
    lifted: "Mapping[Cell, int] | None" = None,
    goals: "Mapping[str, str] | None" = None,
) -> "tuple[PlayEffect, ...]":
    """One effect for each prior, in the same order.

    Args:
        evidence: the sums of our own closed outcomes.
        priors: what is believed without them.
        losses: the plays whose effect is a share of losses prevented; of all others it is a share
            added to what comes without us.
        slope: realised over promised where it is so far off that it is applied: what is hoped for
            and not known from our own outcomes is multiplied by it.
        lifted: the day on which a person last lifted the demotion of a play in a segment.
        goals: what each play is for: plays of one goal learn from each other; of a play that is
            not named only its own outcomes count.
    """
    scaled = [_scaled(prior, slope) for prior in priors]
    found = _by_cell(evidence.comparisons, scaled, losses)
    since = _by_cell(evidence.since, scaled, losses)
    pools = _pools(scaled, found, goals or {})
    behind = {cell: pool for pool in pools for cell in pool.beliefs}
    version = _version(evidence, priors, slope)
    days = {**{(p, s): day for p, s, day in evidence.lifted}, **(lifted or {})}
    effects = []
    for prior in scaled:
        cell = prior.play, prior.segment
        own, after = found.get(cell, Own()), since.get(cell, Own())
        harm = harm_of(prior, days.get(cell), evidence, own, after)
        pool = behind[cell]
        effects.append(_effect(prior, pool, pool.beliefs[cell], version, harm, own.lacking))
    return tuple(effects)


def _scaled(prior: "PlayEffect", slope: Decimal | None) -> "PlayEffect":
    """A prior of which only a part has come true so far; a harm is not made smaller."""
    if slope is None or prior.mean <= 0:
        return prior
    said = f"{prior.source}; × {slope}, the part of our promises that has come true so far"
    return replace(prior, mean=(prior.mean * slope).quantize(FOUR), source=said)


def _by_cell(
    comparisons: "Iterable[Comparison]", priors: "Sequence[PlayEffect]", losses: "Collection[str]"
) -> "dict[Cell, Own]":
    known = {(prior.play, prior.segment): prior for prior in priors}
    found: dict[Cell, Own] = {}
    for one in comparisons:
        cell = one.play, one.segment
        if cell not in known:
            continue
        found[cell] = _with(found.get(cell, Own()), one, float(known[cell].mean), losses)
    return found


def _with(own: Own, one: "Comparison", expected: float, losses: "Collection[str]") -> Own:
    """Our own outcomes with those of one more comparison."""
    shown = estimate(one, expected, losses=one.play in losses)
    needs = min(own.lacking, lacking(one))
    if shown is None:
        return replace(own, lacking=needs)
    part = (shown.value, shown.variance)
    return replace(
        own,
        effective=own.effective + one.effective,
        events=own.events + one.control.k,
        parts=(*own.parts, part),
        estimates=(*own.estimates, part) if speaks(one) else own.estimates,
        lacking=needs,
    )


@dataclass(frozen=True)
class Pool:
    """Plays that learn from each other: what is believed of each, and the outcomes behind it."""

    beliefs: "Mapping[Cell, Belief]"
    found: "Mapping[Cell, Own]"

    def outcomes(self, play: str, segment: str) -> tuple[int, int, int]:
        """Effective outcomes of the cell, of its play elsewhere, and of other plays."""
        own = same = other = 0
        for (name, place), one in self.found.items():
            if (name, place) == (play, segment):
                own += int(one.effective)
            elif name == play:
                same += int(one.effective)
            else:
                other += int(one.effective)
        return own, same, other


def _pools(
    priors: "Sequence[PlayEffect]", found: "Mapping[Cell, Own]", goals: "Mapping[str, str]"
) -> list[Pool]:
    """Goal by goal; below fifty outcomes or five events among those left alone the priors stand."""
    by_goal: dict[tuple[bool, str], dict[Cell, Belief]] = defaultdict(dict)
    for prior in priors:
        goal = (prior.play in goals, goals.get(prior.play, prior.play))
        by_goal[goal][prior.play, prior.segment] = Belief(float(prior.mean), float(prior.sd))
    return [_pool(cells, found) for cells in by_goal.values()]


def _pool(priors: "Mapping[Cell, Belief]", found: "Mapping[Cell, Own]") -> Pool:
    there = {cell: found[cell] for cell in sorted(priors) if cell in found and found[cell].parts}
    effective = sum(one.effective for one in there.values())
    if effective < LEAST_EFFECTIVE or sum(one.events for one in there.values()) < LEAST_EVENTS:
        return Pool(priors, {})
    return Pool(pooled(priors, {cell: one.parts for cell, one in there.items()}), there)


def _effect(
    prior: "PlayEffect", pool: Pool, belief: Belief, version: str, harm: Harm | None, needs: int
) -> "PlayEffect":
    demoted = harm.words if harm else prior.demoted
    own, same, other = pool.outcomes(prior.play, prior.segment)
    if own:
        source = origin(own, same, other, prior.source)
    elif same or other:
        source = pooled_origin(same, other, needs, prior.source)
    else:
        said = thin_origin(needs, prior.source)
        return replace(prior, source=said, version=version, demoted=demoted)
    return replace(
        prior,
        mean=Decimal(belief.mean).quantize(FOUR),
        sd=Decimal(belief.sd).quantize(FOUR),
        n=Decimal(own),
        source=source,
        version=version,
        demoted=demoted,
    )


def _version(evidence: "Evidence", priors: "Sequence[PlayEffect]", slope: Decimal | None) -> str:
    """A hash of everything the effects are made from."""
    before = sorted([p.play, p.segment, str(p.mean), str(p.sd), p.source] for p in priors)
    own = json.loads(evidence.to_json()) | {"as_of": 0}  # no new outcome, no new version
    text = json.dumps([own, before, str(slope)], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:12]
