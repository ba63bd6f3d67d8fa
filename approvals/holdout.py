"""The holdout: who is left out although approved, drawn before anybody decides.

Within each stratum (play, segment, third of the value) the accounts with the lowest keyed hashes
are held out, an exact share of them; what is left of a whole account is drawn by another keyed
hash, so that no share is lost to rounding. One account keeps its lot for a play for ever. Whom a
person has reached by hand is outside of the comparison: never left out, and never compared. So is
what was drawn to learn: those whom that lot did not draw are compared with it, and nobody twice.
(methods.md 4.3; Gerber and Green, Field Experiments, ch. 4.)
"""

from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING

from tools.store.gate.records import BY_HAND, TO_LEARN, Draw

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from approvals.audit import Key
    from approvals.envelope import Envelope

MILLION = 1_000_000
THIRDS = 3


def draw(
    as_of: int,
    envelopes: "Sequence[Envelope]",
    drawn: "frozenset[tuple[str, str]]",
    share: Decimal,
    key: "Key",
    reached: "frozenset[tuple[str, str]]" = frozenset(),
) -> tuple[Draw, ...]:
    """The lots of a day's envelopes that were not drawn before, in order of play and account.

    `reached` are the (play, account) of whom a person has reached by hand.
    """
    fresh = [e for e in envelopes if (e.what.play, e.who.account_id) not in drawn]
    outside = {e.who.account_id: mark for e in fresh if (mark := _outside(e, reached))}
    new = [e for e in fresh if e.who.account_id not in outside]
    lots = [
        Draw(
            e.what.play,
            e.who.account_id,
            e.what.play_version,
            outside[e.who.account_id],
            held=False,
            share="0",
            drawn_day=as_of,
        )
        for e in fresh
        if e.who.account_id in outside
    ]
    for stratum, members in sorted(_strata(new).items()):
        ranked = sorted(members, key=lambda e: (lot(e, key), e.who.account_id))
        held = _how_many(len(ranked), share, f"{as_of}|{stratum}", key)
        lots += [
            Draw(
                e.what.play,
                e.who.account_id,
                e.what.play_version,
                stratum,
                place < held,
                f"{share:f}",
                as_of,
            )
            for place, e in enumerate(ranked)
        ]
    return tuple(sorted(lots, key=lambda one: (one.play, one.account_id)))


def _outside(envelope: "Envelope", reached: "frozenset[tuple[str, str]]") -> str:
    """Why an envelope stands outside of the holdout; '' when it does not."""
    if (envelope.what.play, envelope.who.account_id) in reached:
        return BY_HAND
    return TO_LEARN if envelope.place.to_learn else ""


def lot(envelope: "Envelope", key: "Key") -> int:
    """A number below a million that only the holder of the key can foresee."""
    what = envelope.what
    return _number(f"{what.play}|{what.play_version}|{envelope.who.account_id}", key)


def _strata(envelopes: "Iterable[Envelope]") -> "dict[str, list[Envelope]]":
    """Envelopes by play, segment and third of the value within the play."""
    by_play: dict[str, list[Envelope]] = defaultdict(list)
    for envelope in envelopes:
        by_play[envelope.what.play].append(envelope)
    strata: dict[str, list[Envelope]] = defaultdict(list)
    for play, members in by_play.items():
        members.sort(key=lambda e: (e.worth.net.minor, e.who.account_id))
        for place, envelope in enumerate(members):
            third = place * THIRDS // len(members)
            strata[f"{play}|{envelope.why.segment or ''}|{third}"].append(envelope)
    return strata


def _how_many(members: int, share: Decimal, name: str, key: "Key") -> int:
    whole = int(members * share)
    rest = members * share - whole
    return whole + (Decimal(_number(f"rest|{name}", key)) < rest * MILLION)


def _number(text: str, key: "Key") -> int:
    return int(key.mac("holdout", text), 16) % MILLION
