"""Domains read from web addresses, subdomains, free mail, and a tenant's own rules."""

from typing import Any

import pytest

from tests.warehouse.identity.facts import engine_with, pairs
from tools.errors import BadRule
from tools.warehouse.identity import load_rules, resolve, standard_rules


def alias(one: str, other: str) -> dict[str, str]:
    accounts = [
        {"account_ref": "crm:1", "name": "Tea", "domain": one, "day": 1},
        {"account_ref": "bill:1", "name": "Tea Ltd", "domain": other, "day": 2},
    ]
    engine = engine_with({"accounts": accounts})
    resolve(100, engine)
    return pairs(engine, "account_alias", "ref", "account_id")


@pytest.mark.parametrize(
    "written",
    [
        "https://www.harbortea.example",
        "http://harbortea.example/",
        "HTTP://HarborTea.Example/shop?x=1#top",
        "//harbortea.example",
        "www.harbortea.example",
        "www2.harbortea.example/",
        "harbortea.example:8443",
        "https://user:word@harbortea.example:8443/path",
        " harbortea.example. ",
        "info@harbortea.example",
        "mailto:info@harbortea.example",
        "harbortea.example/a@b",
    ],
)
def test_a_web_address_is_its_domain(written: str) -> None:
    assert alias(written, "harbortea.example") == {"bill:1": "crm:1"}


@pytest.mark.parametrize(
    "written",
    ["nothing", "n/a", "http://", "https://tea", "www.", "", "shop.harbortea.example", "-", "a b"],
)
def test_what_is_no_domain_or_another_joins_nobody(written: str) -> None:
    assert alias(written, "harbortea.example") == {}
    assert alias(written, written if "." not in written else "x.example") == {}


def test_an_international_name_is_the_same_in_both_writings() -> None:
    assert alias("https://www.Bücher.example/", "xn--bcher-kva.example") == {"bill:1": "crm:1"}


def owners(domains: dict[str, Any], *emails: str, rules: str = "{}") -> dict[str, str]:
    accounts = [{"account_ref": f"a:{n}", "domain": d, "day": 1} for n, d in domains.items()]
    contacts = [{"contact_ref": f"c:{e}", "email": e, "day": 1} for e in emails]
    engine = engine_with({"accounts": accounts, "contacts": contacts})
    resolve(100, engine, load_rules(rules, "identity.yaml"))
    found = pairs(engine, "contact_account", "contact_id", "account_id")
    return {contact.removeprefix("c:"): account for contact, account in found.items()}


def test_a_mail_subdomain_belongs_to_the_nearest_company_above() -> None:
    found = owners(
        {"1": "ridge.example", "2": "eu.ridge.example", "3": "https://www.Bücher.example"},
        "em@mail.ridge.example",
        "a@x.y.ridge.example",
        "b@mail.eu.ridge.example",
        "c@notridge.example",
        "d@bücher.example",
        "e@xn--bcher-kva.example",
    )
    assert found == {
        "em@mail.ridge.example": "a:1",
        "a@x.y.ridge.example": "a:1",
        "b@mail.eu.ridge.example": "a:2",
        "d@bücher.example": "a:3",
        "e@xn--bcher-kva.example": "a:3",
    }


def test_nobody_owns_what_is_under_a_public_suffix_or_free_mail() -> None:
    domains = {"1": "co.uk", "2": "github.io", "3": "gmail.com"}
    assert owners(domains, "a@tea.co.uk", "b@tea.github.io", "c@mail.gmail.com") == {}


FREE = [
    "yahoo.com.au", "yahoo.com.mx", "yahoo.com.ar", "bigpond.com", "hotmail.com.au",
    "hotmail.com.br", "live.com.au", "seznam.cz", "o2.pl", "aol.co.uk", "googlemail.com",
    "optusnet.com.au", "telus.net", "centrum.cz", "inbox.lv", "nate.com", "sympatico.ca",
]  # fmt: skip


@pytest.mark.parametrize("domain", FREE)
def test_free_mail_makes_nobody_a_company(domain: str) -> None:
    assert alias(domain, f"http://www.{domain}") == {}
    assert owners({"1": domain}, f"ada@{domain}") == {}


def test_the_tenant_adds_to_a_list_and_takes_away() -> None:
    domains, email = {"1": "club.example"}, "ada@club.example"
    assert owners(domains, email) == {email: "a:1"}
    added = "lists: {free_mail: {add: [Club.example]}}"
    assert owners(domains, email, rules=added) == {}
    assert owners({"1": "gmail.com"}, "ada@gmail.com", rules=added) == {}
    taken = "lists: {free_mail: {remove: [gmail.com]}}"
    assert owners({"1": "gmail.com"}, "ada@gmail.com", rules=taken) == {"ada@gmail.com": "a:1"}
    own = "lists: {free_mail: [club.example]}"
    assert owners({"1": "gmail.com"}, "ada@gmail.com", rules=own) == {"ada@gmail.com": "a:1"}


def test_a_file_of_the_tenant_replaces_only_what_it_names() -> None:
    standard = standard_rules()
    rules = load_rules("deletion: {ranking: [billing, crm]}", "identity.yaml")
    assert (rules.rules, dict(rules.lists)) == (standard.rules, dict(standard.lists))
    assert (rules.deletion.ranking, rules.deletion.contact) == (("billing", "crm"), "any")
    assert load_rules("rules: []", "identity.yaml").rules == ()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("deletion: {contacts: any}", "unknown key 'contacts'; did you mean 'contact'"),
        ("deletion: {contact: some}", "deletion.contact: 'some' is not known"),
        ("deletion: {ranking: crm}", "ranking: expected a list"),
        ("deletion: {ranking: [crm, crm]}", "the id space 'crm' is used twice"),
        ("lists: {free_mail: {ad: [x]}}", "unknown key 'ad'; did you mean 'add'"),
        ("lists: {free_mail: {add: x}}", "free_mail.add: expected a list"),
        ("lists: {mine: {library: true}}", "library: true is known for free_mail"),
    ],
)
def test_a_mistake_in_the_tenants_file_is_named(text: str, message: str) -> None:
    with pytest.raises(BadRule, match=message):
        load_rules(text, "identity.yaml")
