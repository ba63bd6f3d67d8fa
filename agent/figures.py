"""Which version of the product counted a figure, and why a later one counts it otherwise.

Raise `FIGURES` with every change that makes another figure of the same facts, and say here what it
changes: a day or a report of before then says so, instead of looking tampered with.
"""

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

FIGURES = "5"
# Under this name a run records the version; before there was one, it recorded none.
DOCUMENT, FIRST = "figures", "1"
# What each version counts otherwise, by the beginning of a figure's name; '' is everything else.
_STAGES = "a stage is the contact's own, who pays and what was bought is the same everywhere"
_SCORE = "the score is learned from the features, which are counted otherwise"
_PRICES = "prices rest on revenue, features and scores that are counted otherwise"
_PLAN = "what is refused now makes room for the next best, and prices rest on newer figures"
_LADDER = (
    "a term that another line follows was not broken, who is bound by one is scored for its end, "
    "and more models are tried with more evidence for each"
)
_RESTS = "it rests on churn scores that are learned otherwise"
_ORDERS = "refunded, failed and void orders are no purchases"
_EFFECTS = "an effect is a share of the chance over the play's window, and no longer points of it"
_TERMS = "of several terms of an account the one that ends last binds it"
_GAINS = (
    "growing is worth what bills show, coming back what it was on the terms of those who did, and "
    "who is like those best not called is promised less"
)
_OWN = (
    "who stopped paying has a chance to come back of their own, and what may do harm with a "
    "greater chance than the limits allow is not worth a person's time"
)
_EARLIER = (
    "plays of one goal learn from each other, few outcomes count for what they are, and of a "
    "window that is still open the days so far"
)
_VALUES = "what is worth a person's time follows from prices that are worked out otherwise"
CHANGES: "Mapping[str, Mapping[str, str]]" = {
    "2": {
        "money": "bills count by the version in force, credit lines are part of a bill, and "
        "currencies are not added up",
        "retention": "nothing is counted before it was on record, and every calculator agrees on "
        "who pays",
        "trials": _ORDERS,
        "stages": _STAGES,
        "changes": "a changed level is named for as long as it stays, a longer past is looked at, "
        "and a mail is opened once, by a person",
        "attribution": _ORDERS,
        "work": "accounts a person reached by hand are no controls",
        "data": "equal rows, dates beyond the day and collisions of ids are told too",
        "roster": _STAGES,
        "unstaged": _STAGES,
        "accounts": "one deleted record deletes the person or account, and free-mail domains make "
        "no account",
        "contacts": "one deleted record deletes the person or account, and free-mail domains make "
        "no account",
        "features": "bills count by the version in force and by currency, use before the first day "
        "on record is not told, and a mail is opened once, by a person",
        "scores": _SCORE,
        "scored": _SCORE,
        "tier": _SCORE,
        "model": _SCORE,
        "signal": _SCORE,
        "segments": "segments follow from features and stages that are counted otherwise",
        "candidates": _PRICES,
        "priced": _PRICES,
        "unpriced": _PRICES,
        "worthwhile": _PRICES,
        "left_alone": _PRICES,
        "refused": "one no for an address closes it everywhere, caps count the mails of other "
        "senders, and what a person said of an account stands",
        "chosen": _PLAN,
        "value_minor": _PLAN,
        "gap": _PLAN,
        "shadow_prices": _PLAN,
        "failed": _PLAN,
        "envelopes": "its words and figures are made from the figures above",
        "": "counted by a newer version of the product",
    },
    "3": {
        **dict.fromkeys(("scores", "scored", "tier", "model", "signal"), _LADDER),
        "stages": _RESTS,
        "roster": _RESTS,
        "segments": "accounts that use little, as ever, and open few mails are one of their own",
        "outcomes": "an interval is about the period to come, and rates move from period to period",
        "candidates": _EFFECTS,
        "priced": _EFFECTS,
        "unpriced": _EFFECTS,
        "worthwhile": _EFFECTS,
        "left_alone": _EFFECTS,
        "refused": _VALUES,
        "chosen": _VALUES,
        "value_minor": _VALUES,
        "gap": _VALUES,
        "shadow_prices": _VALUES,
        "failed": _VALUES,
        "envelopes": "its words and figures are made from the figures above",
        "effects": "what plays are believed to do is kept with each day since",
        "places": "by what chance each account was chosen is kept with each day since",
        "work": "an effect is believed in as a share, and so is what a difference is held against",
        "": "",
    },
    "4": {
        **dict.fromkeys(("features", "scores", "scored", "tier", "model", "signal"), _TERMS),
        **dict.fromkeys(("stages", "roster", "segments", "outcomes"), _TERMS),
        **dict.fromkeys(("candidates", "priced", "unpriced", "worthwhile", "left_alone"), _GAINS),
        **dict.fromkeys(("refused", "chosen", "value_minor", "gap", "shadow_prices"), _VALUES),
        "places": "draws that nobody has decided yet keep their places, and so fewer are drawn",
        "failed": _VALUES,
        "envelopes": "its words and figures are made from the figures above",
        "": "",
    },
    "5": {
        **dict.fromkeys(("candidates", "priced", "unpriced", "worthwhile", "left_alone"), _OWN),
        **dict.fromkeys(("refused", "chosen", "value_minor", "gap", "shadow_prices"), _VALUES),
        "effects": _EARLIER,
        "work": "what came of a promise is weighed by the chances that it was promised at",
        "places": _VALUES,
        "failed": _VALUES,
        "envelopes": "its words and figures are made from the figures above",
        "": "",
    },
}


@dataclass(frozen=True)
class FigureDifference:
    """One figure of a day that comes out otherwise: its name, what it was, what it is."""

    name: str
    then: object
    now: object


def reason_of(name: str, version: str) -> str:
    """Why a figure counted by a version may be another one now; '' when nothing changed."""
    later = [changes for made, changes in sorted(CHANGES.items()) if int(made) > int(version)]
    head = name.removeprefix("hashes.").split(".", maxsplit=1)[0]
    said = [changes.get(head, changes[""]) for changes in later]
    return "; ".join(dict.fromkeys(filter(None, said)))


def flat(values: "Mapping[str, Any]", before: str = "") -> "Iterator[tuple[str, object]]":
    """Every figure of a summary by its name, as `stages.active`."""
    for name, value in values.items():
        if isinstance(value, dict):
            yield from flat(value, f"{before}{name}.")
        else:
            yield f"{before}{name}", value


def differences(then: str, now: str) -> "tuple[tuple[FigureDifference, ...], int]":
    """The figures of two summaries that differ, and how many there are."""
    old, new = dict(flat(json.loads(then))), dict(flat(json.loads(now)))
    names = sorted(old.keys() | new.keys())
    found = (FigureDifference(name, old.get(name), new.get(name)) for name in names)
    return tuple(one for one in found if one.then != one.now), len(names)
