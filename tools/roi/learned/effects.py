"""The effects of the day: what was believed before, and what our own closed outcomes say.

A pure function of the evidence and the priors: the same both, the same bytes.
"""

import hashlib
import json
from collections import defaultdict
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from tools.roi.learned.estimate import LEAST_EFFECTIVE, estimate, lacking
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
        effective: of the comparisons that say something on their own: outcomes of equal weight.
        estimates: their (value, variance).
        lacking: about how many more outcomes the one that is nearest to it needs.
    """

    effective: float = 0.0
    estimates: tuple[tuple[float, float], ...] = ()
    lacking: int = LEAST_EFFECTIVE


def learned_effects(
    evidence: "Evidence",
    priors: "Sequence[PlayEffect]",
    losses: "Collection[str]",
    slope: Decimal | None = None,
    lifted: "Mapping[Cell, int] | None" = None,
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
    """
    scaled = [_scaled(prior, slope) for prior in priors]
    found = _by_cell(evidence.comparisons, scaled, losses)
    since = _by_cell(evidence.since, scaled, losses)
    beliefs = _beliefs(scaled, found)
    version = _version(evidence, priors, slope)
    days = {**{(p, s): day for p, s, day in evidence.lifted}, **(lifted or {})}
    effects = []
    for prior in scaled:
        cell = prior.play, prior.segment
        own, after = found.get(cell, Own()), since.get(cell, Own())
        harm = harm_of(prior, days.get(cell), evidence, own, after)
        effects.append(_effect(prior, found, beliefs[cell], version, harm))
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
        shown = estimate(one, float(known[cell].mean), losses=one.play in losses)
        had = found.get(cell, Own())
        if shown is None:
            found[cell] = replace(had, lacking=min(had.lacking, lacking(one)))
            continue
        found[cell] = replace(
            had,
            effective=had.effective + one.effective,
            estimates=(*had.estimates, (shown.value, shown.variance)),
        )
    return found


def _beliefs(priors: "Sequence[PlayEffect]", found: "Mapping[Cell, Own]") -> "dict[Cell, Belief]":
    """Play by play, its segments pooled."""
    by_play: dict[str, dict[str, Belief]] = defaultdict(dict)
    for prior in priors:
        by_play[prior.play][prior.segment] = Belief(float(prior.mean), float(prior.sd))
    return {
        (play, segment): belief
        for play, cells in by_play.items()
        for segment, belief in pooled(
            cells, {s: found[play, s].estimates for s in sorted(cells) if (play, s) in found}
        ).items()
    }


def _effect(
    prior: "PlayEffect",
    found: "Mapping[Cell, Own]",
    belief: Belief,
    version: str,
    harm: Harm | None,
) -> "PlayEffect":
    own = found.get((prior.play, prior.segment), Own())
    demoted = harm.words if harm else prior.demoted
    others = sum(
        int(one.effective)
        for (play, segment), one in found.items()
        if play == prior.play and segment != prior.segment and one.estimates
    )
    if own.estimates:
        n, source = int(own.effective), origin(int(own.effective), others, prior.source)
    elif others:
        n, source = 0, pooled_origin(others, own.lacking, prior.source)
    else:
        said = thin_origin(own.lacking, prior.source)
        return replace(prior, source=said, version=version, demoted=demoted)
    return replace(
        prior, mean=Decimal(belief.mean).quantize(FOUR), sd=Decimal(belief.sd).quantize(FOUR),
        n=Decimal(n), source=source, version=version, demoted=demoted,
    )  # fmt: skip


def _version(evidence: "Evidence", priors: "Sequence[PlayEffect]", slope: Decimal | None) -> str:
    """A hash of everything the effects are made from."""
    before = sorted([p.play, p.segment, str(p.mean), str(p.sd), p.source] for p in priors)
    own = json.loads(evidence.to_json()) | {"as_of": 0}  # no new outcome, no new version
    text = json.dumps([own, before, str(slope)], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:12]
