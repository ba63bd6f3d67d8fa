"""Why an account got no proposal: every play with the first thing that stood in its way."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from agent.run import open_day
from tools.customers.account_profile import PAUSED, portraits
from tools.customers.stages import describe_because
from tools.days import from_number
from tools.errors import BadInput, nearest
from tools.figures import percent
from tools.labels import label_of_id
from tools.money import Money
from tools.roi.shortlist import alternatives

if TYPE_CHECKING:
    from collections.abc import Mapping

    from agent.day import Day
    from agent.wiring import Deps
    from tools.customers.account_profile import AccountProfile
    from tools.warehouse.engine import Engine


@dataclass(frozen=True)
class WhyNot:
    """The account as of the day, and for every play an answer and its reason."""

    account_id: str
    name: str
    day: str
    facts: tuple[str, ...]
    answers: tuple[tuple[str, str, str], ...]


def why_not(deps: "Deps", as_of: int, account: str) -> WhyNot:
    """Compute the day again and look at one account.

    Raises:
        BadInput: the day was not run, or no account has that id or name.
    """
    run = deps.store.runs.run_of(as_of)
    if run is None or run.status != "done":
        raise BadInput(f"{from_number(as_of)} was not run; `lifecycle run --as-of` runs a day")
    day = open_day(deps.as_recorded(run), as_of, run)
    found = find_account(day.morning.engine, account)
    day.morning.priced  # noqa: B018 - makes the relations
    portrait = portraits(day.morning.world, [found])[found]
    plays = day.morning.rulebook.plays
    answers = tuple((play.id, *_answer(day, found, play.id)) for play in plays)
    return WhyNot(
        found,
        portrait.name or found,
        from_number(as_of).isoformat(),
        (*_facts(portrait), *_left_alone(day, found)),
        answers,
    )


def find_account(engine: "Engine", account: str) -> str:
    """The id of the account that somebody means by an id, the end of one, or a name.

    Raises:
        BadInput: when no account has it.
    """
    rows = engine.run(
        "SELECT account_id, name FROM accounts WHERE account_id = $id OR account_id LIKE $ending "
        "OR LOWER(name) = LOWER($id) ORDER BY account_id LIMIT 3",
        id=account,
        ending=f"%:{account}",
    ).to_pylist()
    if not rows:
        some = engine.run(
            "SELECT account_id FROM accounts ORDER BY account_id LIMIT 2000"
        ).to_pylist()
        hint = nearest(account, [row["account_id"] for row in some])
        raise BadInput(f"no account has the id or name {account!r}; {hint}")
    name: str = rows[0]["account_id"]
    return name


def _facts(portrait: "AccountProfile") -> tuple[str, ...]:
    since = "" if portrait.since_day is None else f" since {from_number(portrait.since_day)}"
    because = f": {describe_because(portrait.because)}" if portrait.because else ""
    probability = "" if portrait.probability is None else f"{percent(portrait.probability)}, "
    paused = f"; {PAUSED}" if portrait.paused else ""
    return (
        f"stage {label_of_id(portrait.stage or 'not known')}{since}{because}{paused}",
        f"segment {portrait.segment or 'none'}",
        f"churn {probability}{portrait.score_basis}",
    )


def _left_alone(day: "Day", account: str) -> tuple[str, ...]:
    """Why doing nothing is best for the account, and what that saves; nothing where it is not."""
    rows = day.morning.engine.run(
        "SELECT outcome AS outcome, reason AS reason, headroom_minor AS headroom_minor, "
        "least_cost_minor AS least_cost_minor, saved_minor AS saved_minor FROM left_alone "
        "WHERE account_id = $account",
        account=account,
    ).to_pylist()
    currency = day.morning.rulebook.economics.currency
    return tuple(_alone_words(row, currency) for row in rows)


def _alone_words(row: "Mapping[str, Any]", currency: str) -> str:
    what = "let go" if row["outcome"] == "accept_churn" else "leave alone"
    room = Money.from_minor(row["headroom_minor"], currency)
    least = Money.from_minor(row["least_cost_minor"], currency)
    won = "gained" if "deal" in row["reason"] else "saved"
    saved = row["saved_minor"]
    saves = f"; that saves {Money.from_minor(saved, currency)}" if saved else ""
    return (
        f"{what}: {row['reason']}; at most {room} could be {won}, the cheapest play costs "
        f"{least}{saves}"
    )


def _answer(day: "Day", account: str, play: str) -> tuple[str, str]:
    """What became of a play for an account, and why."""
    chosen = {c.account_id: c.play for c, _ in day.planned.chosen}.get(account)
    if chosen == play:
        return "proposed", "see `lifecycle queue`"
    for candidate, verdict in day.planned.refused:
        if (candidate.account_id, candidate.play) == (account, play):
            reasons = "; ".join(f"{f.rule_id}: {f.reason}" for f in verdict.denials)
            return "refused", reasons
    for name, missing in day.morning.unpriced([account]).get(account, []):
        if name == play:
            known = missing.startswith("missing: ")
            return "not computable" if known else "not eligible", missing
    for candidate in alternatives(day.morning.engine, [account]):
        if candidate.play == play:
            worth = Money.from_minor(candidate.nv_minor, day.morning.rulebook.economics.currency)
            named = label_of_id(chosen or "", day.morning.rulebook.labels)
            if candidate.nv_minor <= 0:
                return "not worth it", f"net value {worth}; doing nothing is worth 0"
            better = f"{named} is chosen" if chosen else "others are worth more within the limits"
            return "not chosen", f"net value {worth}; {better}"
    return "not eligible", _unfit(day, account, play)


def _unfit(day: "Day", account: str, play: str) -> str:
    """Which half of a play's eligibility an account does not meet."""
    found = next(p for p in day.morning.rulebook.plays if p.id == play)
    segment = portraits(day.morning.world, [account])[account].segment
    if segment not in found.segments:
        return f"it is for {', '.join(found.segments)}"
    return f"its rule does not hold: {found.when.text}"
