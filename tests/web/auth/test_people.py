"""A human is one row, whatever the spelling of the address."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.web.auth.doors import NOW, Door, sign_in
from tools.errors import BadInput
from tools.store.people import Role, one_mailbox

words = st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1, max_size=12)
ALIASES = {
    "ann@example.com": (" Ann@EXAMPLE.com ", "ann+inbox@example.com", "ann@example.com.",
                        "ann+a+b@example.com", "ann＠example.com"),
    "ann.lee@gmail.com": ("annlee@gmail.com", "a.n.n.lee+x@googlemail.com", "AnnLee@Gmail.com"),
    "ann@bücher.de": ("ann@xn--bcher-kva.de", "ann@BÜCHER.de"),
}  # fmt: skip


@pytest.mark.parametrize(
    ("address", "alias"), [(a, alias) for a, many in ALIASES.items() for alias in many]
)
def test_an_alias_of_the_same_human_is_not_a_second_user(
    door: Door, address: str, alias: str
) -> None:
    first = door.person(mailbox=address)

    with pytest.raises(BadInput, match="a human has one entry"):
        door.people.add(alias, "Ann again", "approver-2", NOW)

    assert door.people.by_mailbox(alias) == door.people.by_id(first.id) == first
    assert door.people.everybody() == (first,)
    assert sign_in(door.browser(), alias).status_code == 303


def test_of_many_aliases_added_at_once_one_gets_in(door: Door) -> None:
    def add(number: int) -> bool:
        try:
            door.people.add(f"ann+{number}@example.com", "Ann", "approver-2", NOW)
        except BadInput:
            return False
        return True

    with ThreadPoolExecutor(6) as pool:
        added = list(pool.map(add, range(6)))

    assert (added.count(True), len(door.people.everybody())) == (1, 1)


def test_dots_tell_people_apart_where_they_are_not_gmails(door: Door) -> None:
    one, other = door.person(mailbox="a.lee@example.com"), door.person(mailbox="alee@example.com")

    assert one.id != other.id


@given(words, words, words)
def test_a_tag_changes_nothing_and_spelling_twice_is_spelling_once(
    local: str, tag: str, domain: str
) -> None:
    plain = one_mailbox(f"{local}@{domain}.com")

    assert one_mailbox(f"{local}+{tag}@{domain}.com") == one_mailbox(plain) == plain


@pytest.mark.parametrize(
    "text", ["", "ann", "@example.com", "+x@example.com", "ann@", "a b@example.com", "a@b@c.com",
             "ann@exa mple.com", '"ann"@example.com', "ann\x00@example.com", "Ann <a@b.com>",
             "ann@..com", "a\ud800@example.com"]
)  # fmt: skip
def test_what_is_no_address_is_refused(door: Door, text: str) -> None:
    with pytest.raises(BadInput, match=r"is no address; write name@example\.com"):
        door.people.add(text, "Nobody", "viewer", NOW)

    assert door.people.by_mailbox(text) is None


def test_an_unknown_role_is_refused(door: Door) -> None:
    role: Role = "owner"  # type: ignore[assignment]  # on purpose

    with pytest.raises(BadInput, match="role: 'owner' is not one of them"):
        door.people.add("ann@example.com", "Ann", role, NOW)
    person = door.person()
    with pytest.raises(BadInput, match="role: 'owner'"):
        door.people.set_role(person.id, role, NOW)


def test_an_account_of_the_provider_belongs_to_one_person_for_good(door: Door) -> None:
    ann, bob = door.person(), door.person(mailbox="bob@example.com")

    assert door.people.link(ann.id, "https://idp|1")
    assert not door.people.link(ann.id, "https://idp|2")
    with pytest.raises(BadInput, match="linked with somebody else"):
        door.people.link(bob.id, "https://idp|1")

    found = door.people.by_subject("https://idp|1")
    assert found is not None
    assert found.id == ann.id


def test_changing_somebody_who_is_not_there_says_so(door: Door) -> None:
    with pytest.raises(BadInput, match="nobody has the id 'u0'"):
        door.people.set_active("u0", active=False, now=NOW)

    assert door.people.credentials("u0") is None
