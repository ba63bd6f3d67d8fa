"""Fault 64: only our own proxies may say whose address a request comes from."""

from dataclasses import replace
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from approvals.web.app import make_app
from approvals.web.client_address import ClientAddress, ProxyNetworks, network_of
from tests.web.made import Inbox
from tools.errors import BadInput

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

    from tools.store.store import Store

pytestmark = pytest.mark.fault(64)
OURS = ProxyNetworks(["10.0.0.0/8", "fd00::/8", "192.0.2.7"])
CASES = {
    "no proxy is named": (ProxyNetworks(), "10.0.0.1", ["203.0.113.9"], "10.0.0.1"),
    "a stranger": (OURS, "203.0.113.1", ["203.0.113.9"], "203.0.113.1"),
    "our proxy": (OURS, "10.0.0.1", ["203.0.113.9"], "203.0.113.9"),
    "two of our proxies": (OURS, "10.0.0.1", ["203.0.113.9, 192.0.2.7"], "203.0.113.9"),
    "forged on the left": (OURS, "10.0.0.1", ["1.1.1.1, 203.0.113.9"], "203.0.113.9"),
    "forged as a proxy": (OURS, "10.0.0.1", ["1.1.1.1, 10.9.9.9, 203.0.113.9"], "203.0.113.9"),
    "in two lines": (OURS, "10.0.0.1", ["1.1.1.1", "203.0.113.9"], "203.0.113.9"),
    "a port": (OURS, "10.0.0.1", ["203.0.113.9:4711"], "203.0.113.9"),
    "of IPv6": (OURS, "fd00::1", ["2001:db8::9"], "2001:db8::9"),
    "of IPv6 with a port": (OURS, "10.0.0.1", ["[2001:db8::9]:4711"], "2001:db8::9"),
    "a proxy of IPv4 heard by IPv6": (OURS, "::ffff:10.0.0.1", ["203.0.113.9"], "203.0.113.9"),
    "IPv4 written as IPv6": (OURS, "10.0.0.1", ["::ffff:203.0.113.9"], "203.0.113.9"),
    "all are ours": (OURS, "10.0.0.1", ["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
    "nothing": (OURS, "10.0.0.1", [], "10.0.0.1"),
    "empty": (OURS, "10.0.0.1", [""], "10.0.0.1"),
    "no address": (OURS, "10.0.0.1", ["unknown"], "10.0.0.1"),
    "no address on the way": (OURS, "10.0.0.1", ["1.1.1.1, ?, 10.0.0.2"], "10.0.0.1"),
    "a gap": (OURS, "10.0.0.1", ["203.0.113.9, "], "10.0.0.1"),
    "a name": (OURS, "10.0.0.1", ["evil.example"], "10.0.0.1"),
    "other digits": (OURS, "10.0.0.1", ["٢٠٣.0.113.9"], "10.0.0.1"),
    "a zone": (OURS, "10.0.0.1", ["fe80::1%eth0"], "10.0.0.1"),
    "far too long": (OURS, "10.0.0.1", ["1.1.1.1," * 1000 + "203.0.113.9"], "10.0.0.1"),
    "no peer we know": (OURS, "testclient", ["203.0.113.9"], "testclient"),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_the_last_address_that_is_not_our_proxy_counts(case: str) -> None:
    proxies, peer, forwarded, client = CASES[case]
    assert proxies.client(peer, forwarded) == client


@given(st.text(max_size=80), st.ip_addresses(v=4).filter(lambda a: str(a)[:3] != "10."))
def test_whatever_was_written_before_our_proxy_it_changes_nothing(said: str, real: Any) -> None:
    if str(real) == "192.0.2.7":
        return
    assert OURS.client("10.0.0.1", [said, str(real)]) == str(real)
    assert OURS.client(str(real), [said]) == str(real)


@given(st.text(max_size=80))
def test_what_comes_out_is_an_address(said: str) -> None:
    assert ip_address(OURS.client("10.0.0.1", [said]))


@pytest.mark.parametrize("wrong", ["", "*", "10.0.0.0/33", "proxy.example", "10.0.0"])
def test_what_is_no_network_is_refused(wrong: str) -> None:
    with pytest.raises(BadInput, match="is no address and no network"):
        ProxyNetworks([wrong])


async def _echo(scope: "Scope", receive: "Receive", send: "Send") -> None:
    del receive
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": str(scope["client"][0]).encode()})


@pytest.mark.parametrize(("peer", "client"), [("10.0.0.1", "203.0.113.9"), ("1.2.3.4", "1.2.3.4")])
def test_every_part_of_the_application_sees_it(peer: str, client: str) -> None:
    browser = TestClient(ClientAddress(_echo, OURS), client=(peer, 1))
    told = {"x-forwarded-for": "203.0.113.9", "forwarded": "for=9.9.9.9", "x-real-ip": "9.9.9.9"}
    assert browser.get("/", headers=told).text == client


def test_the_inbox_asks_the_proxies_of_its_settings(store: "Store") -> None:
    parts = replace(Inbox(store).parts, proxies=OURS)
    outermost = make_app(parts).user_middleware[0]
    assert outermost.kwargs == {"proxies": OURS}


def test_a_site_of_ipv6_counts_as_one_address() -> None:
    assert network_of("2001:db8:1:2::1") == network_of("2001:db8:1:2:ffff::9")
    assert network_of("2001:db8:1:2::1") != network_of("2001:db8:1:3::1")
    assert (network_of("192.0.2.1"), network_of("::ffff:192.0.2.1")) == ("192.0.2.1",) * 2
    assert network_of("testclient") == "testclient"
