"""One "no" for an address refuses everywhere: every way it can come, and what takes it back."""

from typing import Any

import pytest

from tests.customers.consent.made import (
    ANN,
    DAY,
    Row,
    best,
    contact,
    message,
    refused,
    verdict,
    world,
)

pytestmark = pytest.mark.long

YES: dict[str, Any] = {"email_consent": True, "phone_consent": True}
MAIL = contact("mail:1")  # the mail system has a bare address
CRM = contact("crm:1", name="Ann", **YES)
UNSUBSCRIBED = message("unsubscribed", 200)
# One deleted record deletes the person, so nobody is there to be asked about: refused all the same.
NOBODY = ("unsubscribed", "consent")

# contacts, messages, the rule that refuses a mail, and the rule that refuses a call
CASES: dict[str, tuple[list[Row], list[Row], str, str]] = {
    "nothing is said": ([CRM, MAIL], [message("sent", 200)], "", ""),
    "left in the mail system": ([CRM, MAIL], [UNSUBSCRIBED], "unsubscribed", ""),
    "left by address alone": ([CRM], [message("unsubscribed", 200, None, address=ANN)],
                              "unsubscribed", ""),
    "left by another writing of the address": (
        [CRM], [message("unsubscribed", 200, None, address="ann+news@x.example")],
        "unsubscribed", ""),
    "left under other letters": ([{**CRM, "email": "Ann@X.Example"}, MAIL], [UNSUBSCRIBED],
                                 "unsubscribed", ""),
    "left by another address": ([CRM, {**MAIL, "email": "bob@x.example", "phone": None}],
                                [UNSUBSCRIBED], "", ""),
    "left where the role address stands": (
        [{**CRM, "email": "info@x.example"}, {**MAIL, "email": "info@x.example", "phone": None}],
        [UNSUBSCRIBED], "unsubscribed", ""),
    "left with the address the record had before": (
        [contact("mail:1", 100, phone=None),
         contact("mail:1", 150, email="new@x.example", phone=None), CRM],
        [UNSUBSCRIBED], "unsubscribed", ""),
    "left the text messages": ([CRM, MAIL], [message("unsubscribed", 200, channel="sms")], "", ""),
    "hung up for good": ([CRM, MAIL], [message("unsubscribed", 200, channel="Phone")],
                         "", "unsubscribed"),
    "left what nobody knows": ([CRM, MAIL], [message("unsubscribed", 200, channel="x-39")],
                               "unsubscribed", "unsubscribed"),
    "left, and no channel is mapped": ([CRM, MAIL], [message("unsubscribed", 200, channel=None)],
                                       "unsubscribed", "unsubscribed"),
    "left an e-mail, as it is written there": (
        [CRM, MAIL], [message("unsubscribed", 200, channel="E-Mail ")], "unsubscribed", ""),
    "complained": ([CRM, MAIL], [message("complained", 200)], "unsubscribed", "unsubscribed"),
    "came back": ([CRM, MAIL], [UNSUBSCRIBED, message("subscribed", 201)], "", ""),
    "came back on the same day": ([CRM, MAIL], [UNSUBSCRIBED, message("subscribed", 200)],
                                  "unsubscribed", ""),
    "came back and left again": (
        [CRM, MAIL], [UNSUBSCRIBED, message("subscribed", 201), message("unsubscribed", 202)],
        "unsubscribed", ""),
    "came back to the text messages": (
        [CRM, MAIL], [UNSUBSCRIBED, message("subscribed", 201, channel="sms")],
        "unsubscribed", ""),
    "a record that says yes is no new consent": (
        [contact("crm:1", 300, **YES), MAIL], [UNSUBSCRIBED], "unsubscribed", ""),
    "a yes with its own day is": (
        [contact("crm:1", 300, email_consent_day=250, **YES), MAIL], [UNSUBSCRIBED], "", ""),
    "a yes with its own day before": (
        [contact("crm:1", 300, email_consent_day=150, **YES), MAIL], [UNSUBSCRIBED],
        "unsubscribed", ""),
    "a yes with its own day, which is to come": (
        [contact("crm:1", 300, email_consent_day=DAY + 9, **YES), MAIL], [UNSUBSCRIBED],
        "unsubscribed", ""),
    "a field that turned to yes": (
        [contact("crm:1", 100, email_consent=False), contact("crm:1", 300, email_consent=True),
         MAIL], [UNSUBSCRIBED], "", "consent"),
    "a field that turned to yes before": (
        [contact("crm:1", 100, email_consent=False), contact("crm:1", 150, email_consent=True),
         MAIL], [UNSUBSCRIBED], "unsubscribed", "consent"),
    "the CRM refuses": ([contact("crm:1", email_consent=False, phone_consent=True)], [],
                        "consent", ""),
    "the CRM refuses calls": ([contact("crm:1", email_consent=True, phone_consent=False)], [],
                              "", "consent"),
    "another record of the address refuses": (
        [CRM, contact("old:7", email_consent=False, phone=None)], [], "consent", ""),
    "a shared number refuses": (
        [CRM, contact("old:7", email="zoe@z.example", phone="(202) 555-0101",
                      phone_consent=False)], [], "", "consent"),
    "the field that refused was emptied": (
        [contact("crm:1", 100, email_consent=False, phone_consent=True),
         contact("crm:1", 200, email_consent=None, phone_consent=True), contact("x:1", **YES)],
        [], "consent", ""),
    "a later yes elsewhere, of a day": (
        [contact("crm:1", email_consent=False, email_consent_day=90, phone_consent=True),
         contact("x:1", email_consent=True, email_consent_day=95)], [], "", ""),
    "a later yes elsewhere, and the no has no day": (
        [contact("crm:1", email_consent=False, phone_consent=True),
         contact("x:1", email_consent=True, email_consent_day=95)], [], "consent", ""),
    "two states of one moment": (
        [contact("crm:1", email_consent=True, phone_consent=True),
         contact("crm:1", email_consent=False, phone_consent=True)], [], "consent", ""),
    "deleted in the CRM": (
        [contact("crm:1", 100, **YES), contact("crm:1", 200, deleted=True, **YES),
         contact("x:1", **YES)], [], *NOBODY),
    "deleted, and again there": (
        [contact("crm:1", 100, deleted=True, **YES), contact("crm:1", 200, **YES)], [], "", ""),
    "deleted, and signed up again": (
        [contact("crm:1", 100, **YES), contact("crm:1", 200, deleted=True, **YES),
         contact("x:1", **YES), MAIL], [message("subscribed", 250)], *NOBODY),
    "merged and so deleted": (
        [contact("crm:2", 100, **YES),
         contact("crm:2", 200, deleted=True, merged_into="crm:1", **YES), CRM], [], "", ""),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_what_is_said_of_an_address(name: str) -> None:
    contacts, messages, mail, call = CASES[name]
    made = world(contacts, [*messages, message("sent", 50, "mail:9")])

    assert (refused(made), refused(made, "call")) == (mail, call), verdict(made).findings
    assert bool(refused(made, "meeting")) == bool(mail)


BOUNCES: dict[str, tuple[list[Row], str]] = {
    "three of three in three weeks": (
        [message("bounced", d, bounce=b) for d, b in ((200, None), (211, "soft"), (218, None))],
        "objection"),
    "two": ([message("bounced", d) for d in (200, 210)], ""),
    "three in two months": ([message("bounced", d) for d in (200, 230, 260)], ""),
    "one hard one": ([message("bounced", 200, bounce="hard")], "objection"),
    "hard by address": ([message("bounced", 200, None, bounce="hard", address=ANN)], "objection"),
    "a hard one, and one arrived later": (
        [message("bounced", 200, bounce="hard"), message("delivered", 210)], "objection"),
    "three, and one arrived later": (
        [*(message("bounced", d) for d in (200, 211, 218)), message("delivered", 220)], ""),
    "three, and one arrived in between": (
        [*(message("bounced", d) for d in (200, 211, 218)), message("opened", 212)], ""),
    "three, and a program opened one": (
        [*(message("bounced", d) for d in (200, 211, 218)),
         message("opened", 220, machine=True)], "objection"),
    "three, and another one's arrived": (
        [*(message("bounced", d) for d in (200, 211, 218)),
         message("delivered", 220, None, address="bob@x.example")], "objection"),
    "three after one arrived": (
        [message("delivered", 199), *(message("bounced", d) for d in (200, 211, 218))],
        "objection"),
    "hard, and subscribed after it": (
        [message("bounced", 200, bounce="hard"), message("subscribed", 220)], "objection"),
}  # fmt: skip


@pytest.mark.parametrize("name", BOUNCES)
def test_an_address_that_bounces_is_not_written_to(name: str) -> None:
    messages, rule = BOUNCES[name]
    made = world([CRM, MAIL], messages)

    assert (refused(made), refused(made, "call")) == (rule, "")


def test_a_bounce_of_before_says_nothing_of_the_address_that_was_mended() -> None:
    later = contact("crm:1", 250, email="ann.mended@x.example", name="Ann", **YES)
    made = world([CRM, later], [message("bounced", 200, "crm:1", bounce="hard")])

    assert refused(made) == ""


def test_who_may_be_reached_is_chosen_before_who_may_not() -> None:
    other = contact("crm:2", 300, email="zed@x.example", phone="+1 202 555 0199", **YES)
    made = world([CRM, MAIL, other], [message("complained", 200)])

    assert best(made).contact_id == "crm:2"
    assert best(made, "call").contact_id == "crm:2"


def test_the_reason_says_what_when_and_who() -> None:
    made = world([CRM, MAIL], [UNSUBSCRIBED])

    assert verdict(made).reason == "the person unsubscribed on 1970-07-20, says mail:1"


def test_what_others_sent_is_counted_by_address_and_by_account() -> None:
    """A role address that several records have joins nobody, and is still one address.

    A letter that several colleagues get on one day is one contact with their account.
    """
    desk: dict[str, Any] = {"email": "info@x.example", "phone": None}
    people = [
        contact("crm:1", name="Ann", email_consent=True, **desk),
        contact("mail:1", **desk),
        contact("mail:7", **{**desk, "account_ref": "crm:B"}),
        contact("crm:2", email="bob@x.example", phone=None),
    ]
    mails = [
        message("sent", DAY - 1, "crm:1"),
        message("sent", DAY - 2, "mail:1"),
        message("sent", DAY - 3, None, address="info+x@x.example"),
        message("sent", DAY - 4, "crm:2"),
        message("sent", DAY - 5, "mail:7"),
    ]
    letter = [message("sent", DAY - 4, f"mail:{n}") for n in (20, 21)]
    readers = [contact(f"mail:{n}", email=f"r{n}@x.example", phone=None) for n in (20, 21)]
    made = world([*people, *readers], [*mails, *letter])

    told = best(made, contact_id="crm:1").reported

    assert sum(one.to_person for one in told) == 4
    assert sum(one.to_account for one in told) == 5
    assert refused(made, contact_id="crm:1") == "frequency"
