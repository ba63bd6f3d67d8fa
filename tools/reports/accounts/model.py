"""The nouns of the CSM's list; money is integer minor units of `AccountList.currency`."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

State = Literal["today", "claimed", "later", "snoozed", "done", "hidden", "decided"]
CALL: tuple[State, ...] = ("today", "claimed")


@dataclass(frozen=True)
class NextStep:
    """One thing that can be done, priced against doing nothing; None is not computable."""

    play: str
    nv_minor: int | None
    q10_minor: int | None
    q90_minor: int | None
    words: str


@dataclass(frozen=True)
class ScoreChange:
    """How the churn score moved since a day; `points` is None below the noise floor."""

    since_day: int
    points: Decimal | None


@dataclass(frozen=True)
class Score:
    """The churn score in per cent, and its changes; None where no score was kept then."""

    percent: Decimal
    week: ScoreChange | None
    month: ScoreChange | None


@dataclass(frozen=True)
class TermEnd:
    """The end of the term that binds an account, and its chance in per cent to be lost then."""

    day: int
    percent: Decimal


@dataclass(frozen=True)
class Touch:
    """The last time somebody of ours reached the account."""

    day: int
    words: str


@dataclass(frozen=True)
class LatestFeedback:
    """What a person said of the account last; version 0 is nothing yet."""

    version: int
    kind: str = ""
    who: str = ""
    reason: str = ""
    day: int | None = None
    until_day: int | None = None


@dataclass(frozen=True)
class Account:
    """What is known of an account, whatever part of the list it stands in.

    `paused`: it is a customer, and all of its bill is paused. `renewal` is told where there is no
    score, because a term binds it beyond the score's days.
    """

    account_id: str
    name: str
    owner: str
    stage: str
    since_day: int | None
    score: Score | None
    unscored: str
    mrr_minor: int | None
    mrr_currency: str
    renewal_day: int | None
    tickets_open: int
    tickets_high: int
    touch: Touch | None
    paused: bool = False
    renewal: TermEnd | None = None


@dataclass(frozen=True)
class AccountLine:
    """An account somebody should call: why now, the next step and what else could be done.

    Attributes:
        holder: whose it is today: the owner, who claimed it, or whom the pool's was given to.
        place: where it stands in the holder's day; None when it is nobody's today.
        stake_minor: what can be lost, or won, there.
        code: the kind of reason; `reason` the sentence.
        waiting: the proposal of this account that waits for a decision; '' when there is none.
        drawn: whether a lot drew the step to learn from it, and not its value.
    """

    account: Account
    holder: str
    state: State
    place: int | None
    code: str
    reason: str
    step: NextStep
    goal: str
    cost_minor: int
    hours: Decimal
    stake_minor: int
    care: LatestFeedback
    others: tuple[NextStep, ...] = ()
    waiting: str = ""
    way: str = ""
    drawn: bool = False


@dataclass(frozen=True)
class Left:
    """An account nobody should call, and the arithmetic behind it."""

    account: Account
    why: str
    arithmetic: str
    kept_minor: int | None


@dataclass(frozen=True)
class Unscored:
    """An account that cannot be judged, and what is missing."""

    account: Account
    why: str


@dataclass(frozen=True)
class Fresh:
    """The newest fact of a source and table."""

    source: str
    table: str
    latest_day: int
    days_behind: int


@dataclass(frozen=True)
class Counts:
    """How many accounts stand where; `value_minor` is that of those to call today.

    `unscored` counts by reason those that cannot be judged; `no_score` those of the list and of
    the accounts left alone that have no churn score, by reason.
    """

    states: tuple[tuple[State, int], ...]
    value_minor: int
    leave_alone: int
    let_go: int
    unscored: tuple[tuple[str, int], ...]
    no_score: tuple[tuple[str, int], ...]

    def of(self, *states: State) -> int:
        """How many lines stand at any of some states."""
        return sum(n for state, n in self.states if state in states)


@dataclass(frozen=True)
class AccountList:
    """Whom to call, whom to leave alone, whom to let go, and whom nobody can judge.

    Attributes:
        owner: whose list it is; '' is everybody's.
        owners: whose lists there are.
        capacity: how many accounts the owner can take today; None when it is everybody's list.
        floor_percent: changes of the score below it are shown as no real change.
        by_hand: whether an account may be reached without an approval, as a sentence.
    """

    as_of: int
    today: int
    owner: str
    owners: tuple[str, ...]
    currency: str
    capacity: int | None
    lines: tuple[AccountLine, ...]
    leave_alone: tuple[Left, ...]
    let_go: tuple[Left, ...]
    unscored: tuple[Unscored, ...]
    counts: Counts
    fresh: tuple[Fresh, ...]
    floor_percent: Decimal
    floor_words: str
    by_hand: str = ""

    @property
    def newest_day(self) -> int | None:
        """The day of the newest fact of any source."""
        return max((one.latest_day for one in self.fresh), default=None)

    @property
    def empty(self) -> bool:
        """Whether there is no account to say anything about."""
        return not (self.lines or self.leave_alone or self.let_go or self.unscored)
