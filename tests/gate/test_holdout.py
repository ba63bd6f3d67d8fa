"""The lots: drawn before anybody decides, an exact share, the same for ever, unforeseeable."""

from collections import Counter
from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from approvals.audit import Key
from approvals.holdout import draw
from tests.approvals.made import DAY, KEY
from tests.gate.office import Office, mail
from tools.store.gate.records import Draw


def lots(count: int, share: str, key: Key = KEY, day: int = DAY) -> tuple[Draw, ...]:
    mails = [mail(f"a{n}", f"{n}.00", day) for n in range(count)]
    return draw(day, mails, frozenset(), Decimal(share), key)


def test_an_exact_share_of_every_third_is_held_out() -> None:
    found = lots(300, "0.2")
    held = Counter(one.stratum for one in found if one.held)

    assert set(held.values()) == {20}
    assert len(held) == 3


@given(st.integers(1, 40), st.sampled_from(["0", "0.1", "0.25", "0.5", "1"]))
def test_the_share_is_never_missed_by_more_than_one_in_a_stratum(count: int, share: str) -> None:
    found = lots(count, share)
    for stratum in {one.stratum for one in found}:
        members = [one for one in found if one.stratum == stratum]
        assert abs(sum(m.held for m in members) - len(members) * Decimal(share)) < 1


@given(st.permutations(range(12)))
def test_the_order_of_the_envelopes_changes_no_lot(order: list[int]) -> None:
    mails = [mail(f"a{n}", f"{n}.00") for n in order]

    assert draw(DAY, mails, frozenset(), Decimal("0.3"), KEY) == lots(12, "0.3")


def test_without_the_key_nobody_can_foresee_a_lot() -> None:
    held = {one.account_id for one in lots(90, "0.2") if one.held}
    other = {one.account_id for one in lots(90, "0.2", Key(b"another")) if one.held}

    assert held != other


def test_small_days_keep_the_share_in_the_long_run() -> None:
    held = sum(one.held for day in range(600) for one in lots(1, "0.2", day=DAY + day))

    assert 85 <= held <= 155


def test_who_was_drawn_once_keeps_the_lot(office: Office) -> None:
    before = kept(office)
    office.rules["holdout_share"] = Decimal(1)
    office.propose(*[mail(f"a{n}", "5.00", office.day + 1) for n in (1, 2, 3, 4)])

    after = kept(office)
    assert {one: after[one] for one in before} == before
    assert after["a4"] is True


def kept(office: Office) -> dict[str, bool]:
    with office.store.database.read() as session:
        rows = session.connection().exec_driver_sql("SELECT account_id, held FROM holdout")
        return {account: bool(held) for account, held in rows}


def test_the_strata_of_plays_are_apart() -> None:
    two = [mail("a1"), replace(mail("a2"), what=replace(mail("a2").what, play="other"))]

    assert len({one.stratum for one in draw(DAY, two, frozenset(), Decimal("0.5"), KEY)}) == 2


def test_a_day_looks_back_at_what_was_asked_and_held_before_it(office: Office) -> None:
    """Whatever was decided since: the lot of a day is drawn among the same accounts for ever."""
    office.rules["holdout_share"] = Decimal(1)
    [one] = office.propose(mail("a9", "5.00", office.day))[-1:]
    before = looked_back(office, office.day + 1)
    office.decide("ann", "reject", one)
    office.propose(mail("a2", "5.00", office.day + 1))

    assert "a9" in before[0]
    assert ("retention_email", "a9") in before[1]
    assert looked_back(office, office.day + 1) == before
    assert "a9" not in looked_back(office, office.day)[0]
    assert looked_back(office, office.day + 7)[0] == ("a2",)


def looked_back(office: Office, day: int) -> tuple[tuple[str, ...], set[tuple[str, str]]]:
    held = office.store.gate.read(lambda tx: tx.holdouts.held_before(day))
    return office.store.proposals.asked_before(day), set(held)
