"""What the database holds helps nobody to sign in; what is printed tells no secret."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from approvals.users.sealing import Sealer
from approvals.users.settings import AuthSettings, Oidc
from tests.web.auth.doors import COOKIE, NOW, PASSWORD, SETTINGS, Door, csrf_in
from tests.web.auth.test_totp import SECRET, code
from tools.errors import BadInput
from tools.store.tables.gate import LoginRow, PersonRow, TokenRow


def everything_in(door: Door) -> str:
    """All rows of people, sessions and tokens as text."""
    with door.store.database.read() as session:
        rows = [
            session.execute(text(f"SELECT * FROM {table.__tablename__}")).all()
            for table in (PersonRow, LoginRow, TokenRow)
        ]
    return repr(rows)


def test_a_dump_of_the_database_tells_no_secret(door: Door) -> None:
    person = door.person()
    browser = door.inside()
    api, token = door.auth.tokens.create(person.id, "t", ["read"], timedelta(days=1))
    assert door.auth.totp.enrol(person, SECRET, code())
    ticket = door.auth.tickets.issue(person.id)
    secrets = {
        "password": PASSWORD,
        "cookie": browser.cookies[COOKIE],
        "csrf": csrf_in(browser),
        "token": api,
        "its secret": api.rpartition(f"{token.prefix}_")[2],
        "totp": SECRET,
        "ticket": ticket,
    }

    dump = everything_in(door)

    assert token.prefix in dump
    assert person.mailbox in dump
    for name, secret in secrets.items():
        assert len(secret) >= 12
        assert secret not in dump, name


def test_secrets_are_long_and_new_every_time(door: Door) -> None:
    person = door.person()
    made = (
        {door.auth.sessions.start(person.id, NOW) for _ in range(3)}
        | {
            door.auth.tokens.create(person.id, "t", ["read"], timedelta(days=1))[0][17:]
            for _ in range(3)
        }
        | {door.auth.tickets.issue(person.id) for _ in range(3)}
    )

    assert len(made) == 9
    assert {len(secret) for secret in made} == {43}  # 256 bits, six to a character


def test_settings_and_credentials_print_without_their_secrets(door: Door) -> None:
    settings = AuthSettings(b"k" * 32, "https://a.example", Oidc("https://i.example", "c", "sss"))
    held = door.people.credentials(door.person().id)
    assert held is not None

    printed = repr(settings) + repr(held)

    assert "kkk" not in printed
    assert "sss" not in printed
    assert "argon2" not in printed


@pytest.mark.parametrize(
    "url", ["http://inbox.example", "ftp://x", "", "inbox.example", "https://", "https://a:b@c.d",
            "http://127.0.0.1.evil.example"]
)  # fmt: skip
def test_plain_http_is_for_ones_own_machine_only(url: str) -> None:
    with pytest.raises(BadInput, match=r"base_url: .*write https://"):
        AuthSettings(SETTINGS.secret, url)
    with pytest.raises(BadInput, match=r"oidc\.issuer"):
        Oidc(url, "c", "s")


def test_a_short_secret_is_refused() -> None:
    with pytest.raises(BadInput, match="secret: 31 bytes; give 32 random ones"):
        AuthSettings(b"s" * 31, "https://a.example")


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://A.example:443/x", "https://a.example"),
        ("https://a.example:8443", "https://a.example:8443"),
        ("http://127.0.0.1:8000/", "http://127.0.0.1:8000"),
        ("http://[::1]:80", "http://[::1]"),
    ],
)
def test_our_origin_is_written_as_browsers_write_it(url: str, origin: str) -> None:
    assert AuthSettings(SETTINGS.secret, url).origin == origin


def test_what_is_sealed_opens_for_its_purpose_and_time_only() -> None:
    sealer, minute = Sealer(b"s" * 32, "oidc"), timedelta(minutes=1)
    sealed = sealer.seal("text", NOW)

    assert sealer.open(sealed, NOW + minute, minute) == "text"
    assert sealer.open(sealed, NOW + 2 * minute, minute) is None
    assert sealer.open(sealed[:-6] + "AAAAAA", NOW) is None
    assert sealer.open("é", NOW) is None
    assert Sealer(b"s" * 32, "totp").open(sealed, NOW) is None
    assert Sealer(b"t" * 32, "oidc").open(sealed, NOW) is None
