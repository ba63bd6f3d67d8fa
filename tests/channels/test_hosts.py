"""Where a webhook may not go (SSRF)."""

from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.channels.contract import NotNow, Refused
from tools.channels.hosts import checked_address, is_public, read_target, system_resolve
from tools.errors import BadInput

PUBLIC = ["8.8.8.8", "1.1.1.1", "2606:4700:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808",
          "2002:808:808::1"]  # fmt: skip
PRIVATE = [
    "127.0.0.1", "127.255.0.1", "0.0.0.1", "10.0.0.1", "10.255.255.255", "172.16.0.1",
    "192.168.1.1", "169.254.169.254", "100.64.0.1", "100.127.255.255", "192.0.0.9", "192.0.2.1",
    "192.88.99.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.1.1.1",
    "240.0.0.1", "255.255.255.255", "::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
    "::ffff:169.254.169.254", "::127.0.0.1", "::7f00:1", "fe80::1", "fe80::1%eth0", "fc00::1",
    "fd00:ec2::254", "fec0::1", "ff02::1", "2001:db8::1", "2002:7f00:1::", "2002:a9fe:a9fe::1",
    "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "2001:0:7f00:1::",
    "2001:0:808:808:0:0:80ff:fffe", "100::1", "5f00::1",
]  # fmt: skip
NOT_ADDRESSES = ["127.1", "0x7f000001", "2130706433", "0177.0.0.1", "localhost", "", "8.8.8.8 ",
                 "8.8.8.8/32", "[::1]"]  # fmt: skip


@pytest.mark.parametrize("address", PUBLIC)
def test_public(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize("address", PRIVATE)
def test_not_public(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", [*PRIVATE, *NOT_ADDRESSES])
@pytest.mark.parametrize("place", [0, 1, 2])
def test_one_bad_answer_among_good_ones_is_enough(address: str, place: int) -> None:
    answers = ["8.8.8.8", "1.1.1.1"]
    answers.insert(place, address)
    with pytest.raises(Refused, match=r"hooks\.example"):
        checked_address("hooks.example", lambda _: answers, ())


def test_a_name_that_is_an_odd_spelling_of_loopback_is_refused() -> None:
    for name in ("127.1", "0x7f000001", "2130706433", "localhost"):
        with pytest.raises(Refused):
            checked_address(name, system_resolve, ())


def test_a_name_without_an_answer_is_not_now() -> None:
    def broken(_: str) -> list[str]:
        raise OSError("no such host")

    with pytest.raises(NotNow, match="no address"):
        checked_address("hooks.example", broken, ())
    with pytest.raises(NotNow, match="no address"):
        checked_address("hooks.example", lambda _: [], ())


def test_a_loopback_name_may_lead_nowhere_else() -> None:
    assert str(checked_address("here", lambda _: ["127.0.0.1"], {"here"})) == "127.0.0.1"
    with pytest.raises(Refused):
        checked_address("here", lambda _: ["169.254.169.254"], {"here"})
    with pytest.raises(Refused):
        checked_address("elsewhere", lambda _: ["127.0.0.1"], {"here"})


@given(st.ip_addresses(v=4))
def test_a_tunnel_is_as_public_as_what_is_inside(address: object) -> None:
    for wrapped in (f"::ffff:{address}", f"64:ff9b::{address}"):
        assert is_public(ip_address(wrapped)) == is_public(ip_address(str(address)))


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example/in", "ftp://hooks.example/in", "//hooks.example/in", "hooks.example",
        "https://evil.example/in", "https://hooks.example.evil.example/", "https://",
        "https://you:pass@hooks.example/", "https://hooks.example@evil.example/",
        "https://hooks.example\\@evil.example/", "https://hooks.example/ in",
        "https://hooks.example/\r\nHost: x", "https://hooks.example:99999/",
        "https://hooks.example:x/", "https://hooks.example/#x", "https://hööks.example/",
        "https://[::1]/", "https://[::1/", "https://hooks.example./",
        "https://hooks.example/" + "x" * 2000,
    ],
)  # fmt: skip
def test_a_url_that_is_not_plainly_there_is_bad_input(url: str) -> None:
    with pytest.raises(BadInput, match="webhook url"):
        read_target(url, {"hooks.example"}, ())


def test_a_target_keeps_host_port_and_path() -> None:
    target = read_target("https://HOOKS.example:8443/in?a=b", {"hooks.example"}, ())
    assert target.authority == "hooks.example:8443"
    assert target.at(ip_address("8.8.8.8")) == "https://8.8.8.8:8443/in?a=b"
    assert target.at(ip_address("::1")) == "https://[::1]:8443/in?a=b"
    assert read_target("https://a.example", {"a.example"}, ()).authority == "a.example"
