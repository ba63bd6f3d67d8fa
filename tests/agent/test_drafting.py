"""One poisoned customer among many: the others get their proposals, and it gets its reason."""

import json
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import pytest

from agent.drafting import Material, draft
from agent.odd_facts import odd_facts
from approvals.envelope import Envelope, seal
from policies.nouns import Finding, Verdict
from tests.agent.test_choosing import ACCOUNTS, person, world
from tests.roi.world import AS_OF
from tools.customers.account_profile import AccountProfile
from tools.roi.shortlist import Candidate
from tools.text_safety.links import links_in, phones_in

FINE = Verdict(
    "needs_approval",
    "approval",
    "a person decides",
    (Finding("consent", "pass", "phone_consent is given"),),
)
POISONED = ACCOUNTS[2]
PORTRAIT = AccountProfile(
    "",
    "Acme",
    "Olga Owner",
    "team",
    12,
    10_000,
    "USD",
    20,
    3,
    None,
    "active",
    AS_OF - 40,
    None,
    "Declining",
    0.25,
    "medium",
    "rule, band rates",
    None,
)


def best() -> list[tuple[Candidate, Verdict]]:
    """The best action for every account."""
    found: dict[str, Candidate] = {}
    for candidate in world()[0]:
        found.setdefault(candidate.account_id, candidate)
    return [(candidate, FINE) for candidate in found.values()]


def material(
    portrait: dict[str, Any] | None = None,
    contact: dict[str, Any] | None = None,
    **more: Any,
) -> Material:
    """What drafts are made from; the poisoned account differs as told."""
    portraits = {
        name: replace(PORTRAIT, account_id=name, name=f"Company {name}") for name in ACCOUNTS
    }
    people = {name: person(name) for name in ACCOUNTS}
    portraits[POISONED] = replace(portraits[POISONED], **(portrait or {}))
    people[POISONED] = replace(people[POISONED], **(contact or {}))
    chosen = [candidate for candidate, _ in best()]
    return replace(
        Material(
            as_of=AS_OF,
            expires_day=AS_OF + 7,
            prices=world()[1],
            portraits=portraits,
            recipients={(c.account_id, c.play): people[c.account_id] for c in chosen},
            addresses={"email": "email", "call": "phone", "meeting": "email", "task": None},
            drivers=MappingProxyType({}),
            priced={c.account_id: [c] for c in chosen},
            unpriced=MappingProxyType({}),
            refused=MappingProxyType({}),
            versions=(("formulas", "roi-1"),),
        ),
        **more,
    )


def drafted(given: Material) -> tuple[dict[str, Envelope], dict[str, str]]:
    envelopes, failed = draft(best(), given)
    return {e.who.account_id: e for e in envelopes}, {c.account_id: why for c, why in failed}


HARMLESS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "braces in the name": ({"name": "{recipient} {offer} {{x}}"}, {}),
    "a name that turns the text": ({"name": "Acme \u202egnp.exe"}, {"name": "\u202eevE"}),
    "ten megabytes of name": ({"name": "A" * 10_000_000}, {}),
    "NUL in the name": ({"name": "Ac\0me"}, {"name": "An\0n"}),
    "a lone surrogate in the name": ({"name": "Acme \ud800"}, {"name": "\udfff"}),
    "newlines in the name": ({"name": "Acme\n\nBcc: all@example.com"}, {}),
    "nothing known of the account": (
        dict.fromkeys(("name", "owner", "plan", "seats", "days_to_renewal", "stage", "segment",
                       "days_since_event", "since_day", "probability", "band", "label")), {}),
    "nothing known of the person": ({}, {"name": None, "contact_id": None, "email": None,
                                         "phone": None}),
}  # fmt: skip


ODD_NAMES = (
    "evil.com/path", "Acme evil。com", "http://[x]/", "javascript:alert(1)", "Ring +49 30 1234567",
    "<a href='https://evil.com'>Acme</a>", "[Acme](https://evil.com)", "mail ann@evil.com",
    "evil[.]com", "https://evil.com", "1.2.3.4/x", "еvil.соm",
)  # fmt: skip


@pytest.mark.parametrize("field", ["account", "plan", "owner", "contact"])
@pytest.mark.parametrize("name", ODD_NAMES)
def test_a_name_like_a_link_is_inert_in_the_words_and_told(name: str, field: str) -> None:
    given = {"account": "name", "plan": "plan", "owner": "owner"}
    portrait = {given[field]: name} if field in given else {}
    contact = {"name": name} if field == "contact" else {}

    made, failed = drafted(material(portrait, contact))

    assert failed == {}
    one = made[POISONED]
    assert links_in(one.what.subject + "\n" + one.what.body) == ()
    assert phones_in(one.what.body) == ()
    told = [finding.reason for finding in one.findings if finding.rule_id == "filled_in"]
    assert any("written as" in reason or "no name to greet" in reason for reason in told)


def test_an_amount_or_a_letter_in_disguise_in_a_name_is_told() -> None:
    said = odd_facts({"plan": "50 % off", "account": "P\u0430ypal", "contact": "Zoë", "seats": "9"})

    assert [one.outcome for one in said] == ["ask", "ask"]
    assert "U+0430 CYRILLIC SMALL LETTER A" in said[0].reason
    assert "'50 %'" in said[1].reason


@pytest.mark.parametrize("poison", HARMLESS, ids=str)
def test_a_name_cannot_do_anything(poison: str) -> None:
    """Everybody gets a proposal, and what it shows is one bounded line that hides nothing."""
    portrait, contact = HARMLESS[poison]
    envelopes, failed = drafted(material(portrait, contact))

    assert set(envelopes) | set(failed) == set(ACCOUNTS)
    assert set(failed) <= {POISONED}
    assert all(why for why in failed.values())
    for envelope in envelopes.values():
        text = seal(envelope).text
        assert len(text) < 20_000
        assert not set(text) & set("\0\u202e\ud800\udfff")
        assert "\n" not in envelope.what.subject
        assert json.loads(text)["who"]["account_id"] == envelope.who.account_id


def test_braces_stay_braces() -> None:
    envelopes, failed = drafted(material({"name": "{contact} & {nobody}"}))

    assert failed == {}
    assert "{contact} & {nobody}" in (found := envelopes[POISONED]).what.subject + found.what.body


POISON: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "NUL in the address": ({}, {"email": "a\0@x.io", "phone": "+49\0"}, "address"),
    "an address that turns": ({}, {"email": "\u202ea@x.io", "phone": "\u202e1"}, "address"),
    "ten megabytes of address": ({}, {"email": "a" * 10_000_000, "phone": "1" * 10**7}, "address"),
    "a lone surrogate in the stage": ({"stage": "\ud800"}, {}, "U+D800"),
    "NUL in the label": ({"label": "\0"}, {}, "U+0000"),
    "a chance that is no number": ({"probability": float("nan")}, {}, "not a number"),
    "a broken reason": ({"because": "{not json"}, {}, ""),
}  # fmt: skip


@pytest.mark.parametrize("poison", POISON, ids=str)
def test_what_cannot_be_said_is_refused_alone_and_with_its_reason(poison: str) -> None:
    portrait, contact, reason = POISON[poison]
    envelopes, failed = drafted(material(portrait, contact))

    assert set(failed) == {POISONED}
    assert set(envelopes) == set(ACCOUNTS) - {POISONED}
    assert reason in failed[POISONED]
    assert 0 < len(failed[POISONED]) <= 200
    failed[POISONED].encode()


def test_an_account_nobody_painted_is_refused_alone() -> None:
    """What the warehouse did not answer at all is a reason too, and no crash."""
    whole = material()
    known = {name: p for name, p in whole.portraits.items() if name != POISONED}
    envelopes, failed = drafted(replace(whole, portraits=known))

    assert set(failed) == {POISONED}
    assert set(envelopes) == set(ACCOUNTS) - {POISONED}
    assert "KeyError" in failed[POISONED]


@pytest.mark.parametrize("failure", [OSError(24, "Too many open files"), MemoryError()])
def test_a_machine_that_fails_refuses_nobody(failure: Exception) -> None:
    """What the machine cannot do says nothing of an account, so the run ends and begins again."""

    class Unreadable(dict[str, AccountProfile]):
        def __getitem__(self, _: str) -> AccountProfile:
            raise failure

    with pytest.raises(type(failure)):
        drafted(replace(material(), portraits=Unreadable()))


def test_the_same_material_gives_the_same_bytes() -> None:
    first, second = (draft(best(), material())[0] for _ in range(2))
    assert [seal(e).sha256 for e in first] == [seal(e).sha256 for e in second]
    for envelope in first:
        nothing = [a for a in envelope.alternatives if a.play == "do_nothing"]
        assert len(nothing) == 1


def mailed(contact: dict[str, Any]) -> Envelope:
    """The mail to the person with something else known of them."""
    mail = next(c for c, _ in _candidates() if c.account_id == POISONED and c.play == MAIL)
    given = material(None, contact)
    people = {**given.recipients, (POISONED, MAIL): given.recipients[POISONED, best_of(POISONED)]}
    envelopes, failed = draft([(mail, FINE)], replace(given, recipients=people))
    assert failed == ()
    return envelopes[0]


MAIL = "retention_email"


def _candidates() -> list[tuple[Candidate, Verdict]]:
    return [(candidate, FINE) for candidate in world()[0]]


def best_of(account: str) -> str:
    return next(c.play for c, _ in best() if c.account_id == account)


@pytest.mark.parametrize(
    ("name", "subject", "greeting"),
    [
        ("Ada Reed", "Anything in your way, Ada Reed?", "Hello Ada Reed,"),
        ("Jörg Müller", "Anything in your way, Jörg Müller?", "Hello Jörg Müller,"),
        (None, "Anything in your way?", "Hello there,"),
        ("   ", "Anything in your way?", "Hello there,"),
        ("MÜLLER, JÖRG (GF)", "Anything in your way?", "Hello there,"),
        ("unknown", "Anything in your way?", "Hello there,"),
    ],
)
def test_a_person_is_greeted_by_a_name_or_by_none(
    name: str | None, subject: str, greeting: str
) -> None:
    what = mailed({"name": name}).what

    assert what.subject == subject
    assert what.body.splitlines()[0] == greeting


@pytest.mark.parametrize(
    ("language", "told"),
    [("de", True), ("de-DE", True), ("Deutsch", True), ("en-GB", False), ("English", False),
     (None, False), ("", False)],
)  # fmt: skip
def test_the_reviewer_is_told_of_a_language_there_are_no_words_in(
    language: str | None, told: bool
) -> None:
    findings = {f.rule_id: f for f in mailed({"language": language}).findings}

    assert ("language" in findings) == told
    assert not told or findings["language"].outcome == "ask"


def test_an_account_bound_by_a_term_says_when_it_ends_and_the_chance_then() -> None:
    bound = replace(
        PORTRAIT, probability=None, unscored_reason="not up for renewal", renewal_day=20_485
    )

    assert PORTRAIT.score_basis == "rule, band rates"
    assert bound.score_basis == "not up for renewal: the term ends on 2026-02-01"
    told = replace(bound, renewal_probability=0.1842).score_basis
    assert told == f"{bound.score_basis}, 18.4% to be lost then"
