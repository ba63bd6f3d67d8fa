"""The words a stage rule may use: what each means on day t, and the table it needs.

Days are counted to t itself: a fact of today is 0 days old. A word whose table the company does
not have is unknown, and a rule that is unknown does not hold.
"""

from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

STAGES = ("at_risk", "active", "trial", "sql", "churned", "mql")
NONE = "none"
# The way forward; who jumps along it has skipped what lies between.
LADDER = ("mql", "sql", "trial", "active", "at_risk")
# Facts that make somebody a customer, and the table each is read from.
CUSTOMER_FACTS = MappingProxyType(
    {"paid": "subscriptions", "event": "events", "order": "invoices", "won": "deals"}
)


@dataclass(frozen=True)
class Word:
    """One word: `fact` names the steps it is made of, `shows` what to report when it decides."""

    name: str
    kind: Literal["yes/no", "days"]
    meaning: str
    needs: str
    fact: str
    shows: tuple[str, ...]


_WORDS = (
    Word("paid", "yes/no", "a paid line covers t", "subscriptions", "paid", ("paid_since",)),
    Word("ever_paid", "yes/no", "paid on t or before", "subscriptions", "paid", ("paid_end",)),
    Word("days_since_paid_end", "days", "since paid cover ended; unknown while it lasts",
         "subscriptions", "paid", ("paid_end",)),
    Word("ended_by_notice", "yes/no", "notice had been given when paid cover last ended",
         "subscriptions", "paid", ("paid_end",)),
    Word("in_trial", "yes/no", "a trial covers t", "subscriptions", "trial",
         ("trial_since", "trial_end")),
    Word("ever_trial", "yes/no", "tried on t or before", "subscriptions", "trial", ("trial_end",)),
    Word("days_since_trial_end", "days", "since the trial ended; unknown while it lasts",
         "subscriptions", "trial", ("trial_end",)),
    Word("open_deal", "yes/no", "a deal is open", "deals", "deal", ("open_deals",)),
    Word("new_deal", "yes/no", "a deal is open that was opened while not a customer, and the "
         "customer has not come (back) since", "deals", "deal", ("new_deals",)),
    Word("days_since_won", "days", "since the last deal was won", "deals", "won",
         ("won_since", "won_last")),
    Word("days_since_event", "days", "since the last product event", "events", "event",
         ("event_since", "event_last")),
    Word("days_since_order", "days", "since the last purchase", "invoices",
         "order", ("order_since", "order_last")),
    Word("days_since_qualified", "days", "since marketing qualified the person (of an account: "
         "the last of its people)", "contacts", "qualified", ("qualified",)),
    Word("risk_flag", "yes/no", "the churn score dwelt high, a payment failed, or notice was "
         "given; may stand in at_risk only", "", "score", ("risk",)),
)  # fmt: skip
WORDS: MappingProxyType[str, Word] = MappingProxyType({word.name: word for word in _WORDS})
