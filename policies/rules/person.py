"""May this person be reached this way at all?"""

import re
from typing import TYPE_CHECKING

from policies.nouns import ask, deny, flag, passes, unknown
from tools.customers.recipients import Objection
from tools.days import from_number

if TYPE_CHECKING:
    from policies.nouns import Case, RuleAnswer

NOBODY = "nobody outside is reached"
LEFT = frozenset({"unsubscribed", "complained"})
WORDS = {"unsubscribed": "the person unsubscribed", "complained": "the person complained",
         "bounced": "the address bounced", "deleted": "the person was deleted in one system",
         "refused": "the person refuses"}  # fmt: skip
_SHAPES = {
    "email": re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s,;<>]+"),
    "phone": re.compile(r"\+?\(?(?:[0-9][ ()./-]{0,3}){5,20}(?:(?:x|ext\.?) ?[0-9]{1,6})?"),
}


def suppression(case: "Case") -> "RuleAnswer":
    """Who left by our own link, was erased or must never be reached again is not reached."""
    if not case.channel.reaches:
        return passes(NOBODY)
    suppressed = flag(case.record.suppressed, "suppressed")
    if suppressed is None:
        return deny("whether the person is suppressed is not known")
    return deny("the person is on the suppression list") if suppressed else passes("not suppressed")


def unsubscribed(case: "Case") -> "RuleAnswer":
    """Who unsubscribed or complained is not reached by what that closes."""
    if not case.channel.reaches:
        return passes(NOBODY)
    if left := [one for one in closing(case) if one.cause in LEFT]:
        return deny(words_of(left[0]))
    if case.channel.address != "email":
        return passes("no mail is sent")
    gone = flag(case.record.unsubscribed, "unsubscribed")
    if gone is None:
        return unknown(case, "whether the person unsubscribed", "messages")
    return deny("the person unsubscribed") if gone else passes("not unsubscribed")


def objection(case: "Case") -> "RuleAnswer":
    """Whose address bounced, or who was deleted in one system, is not reached."""
    if not case.channel.reaches:
        return passes(NOBODY)
    others = [one for one in closing(case) if one.cause not in {*LEFT, "refused"}]
    return deny(words_of(others[0])) if others else passes("nothing is said against it")


def closing(case: "Case") -> list[Objection]:
    """The objections that close the channel; what is none, or is not known, is an error."""
    objections = case.record.objections
    if not isinstance(objections, tuple) or not all(isinstance(o, Objection) for o in objections):
        raise TypeError("what was said against reaching the person is not known")
    name = case.action.channel
    return [one for one in objections if case.limits.closes(one.cause, one.said_in, name)]


def words_of(word: Objection) -> str:
    """What was said, when and by which record."""
    when = "" if word.day is None else f" on {from_number(word.day)}"
    by = f", says {word.said_by}" if word.said_by else ""
    return f"{WORDS.get(word.cause, word.cause)}{when}{by}"


def consent(case: "Case") -> "RuleAnswer":
    """The person must have agreed to the channel; what unknown means is a limit."""
    if case.channel.consent is None:
        return passes(NOBODY)
    given = flag(getattr(case.record, case.channel.consent), case.channel.consent)
    if given is None and case.limits.consent_unknown == "ask":
        return ask(f"{case.channel.consent} is not known; be sure before you agree")
    if given is None:
        return deny(f"{case.channel.consent} is not known")
    name = case.channel.consent
    if refused := [one for one in closing(case) if one.cause == "refused"]:
        return deny(f"{name} is refused{words_of(refused[0]).removeprefix(WORDS['refused'])}")
    return passes(f"{name} is given") if given else deny(f"{name} is refused")


def recipient(case: "Case") -> "RuleAnswer":
    """There must be a person with an address that can be one."""
    kind = case.channel.address
    if kind is None:
        return passes(NOBODY)
    address = getattr(case.record, kind)
    if case.record.contact_id is None or address is None:
        return deny(f"no contact with {'an' if kind == 'email' else 'a'} {kind} is known")
    if not isinstance(case.record.contact_id, str):
        raise TypeError("the contact is no id")
    if not _SHAPES[kind].fullmatch(address):
        return deny(f"the {kind} of the contact cannot be one")
    return passes(f"the {kind} of the contact is known")
