"""Every writing of an address is one, in SQL and in Python alike."""

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.customers.consent import Mailbox, fold_email, fold_phone
from tools.customers.consent.addresses import email_sql, phone_sql
from tools.warehouse.engine import DuckEngine

STRICT, PLAIN = Mailbox(), Mailbox(tags=False, gmail_dots=False)


@pytest.mark.parametrize(
    ("address", "folded", "plain"),
    [
        (" Ann@X.Example ", "ann@x.example", "ann@x.example"),
        ("ann+news@x.example", "ann@x.example", "ann+news@x.example"),
        ("a.n.n+x@googlemail.com", "ann@gmail.com", "a.n.n+x@googlemail.com"),
        ("a.nn@x.example", "a.nn@x.example", "a.nn@x.example"),
        ("+x@x.example", "+x@x.example", "+x@x.example"),
        ("two@at@x.example", "two@at@x.example", "two@at@x.example"),
        ("nobody", "nobody", "nobody"),
    ],
)
def test_a_mailbox_has_one_writing(address: str, folded: str, plain: str) -> None:
    assert fold_email(address, STRICT) == folded
    assert fold_email(address, PLAIN) == plain


@pytest.mark.parametrize(
    "number",
    ["+1 202 555 0101", "+12025550101", "(202) 555-0101", "0012025550101", "1-202-555-0101 x12",
     "202.555.0101 ext. 4", "12025550101.0", "tel:+1-202-555-0101"],
)  # fmt: skip
def test_a_number_has_one_writing(number: str) -> None:
    assert fold_phone(number) == "25550101"


def test_a_german_number_has_one_writing() -> None:
    written = ["+49 30 123456", "030 123456", "+49 (0)30 / 12 34 56", "004930123456"]

    assert {fold_phone(one) for one in written} == {"30123456"}
    assert fold_phone("ask reception") == ""


WRITTEN = st.builds(
    lambda local, domain: local + domain,
    st.text(st.sampled_from("aA.+@x "), max_size=8),
    st.sampled_from(["", "@gmail.com", "@GoogleMail.com", "@x.example", "@x.example "]),
)
NUMBERS = st.text(st.sampled_from("0123456789+ ()x-e."), max_size=24)


@given(st.lists(WRITTEN, min_size=1, max_size=30), st.booleans(), st.booleans())
def test_sql_and_python_fold_mail_alike(texts: list[str], tags: bool, dots: bool) -> None:
    mailbox, engine = Mailbox(tags=tags, gmail_dots=dots), DuckEngine(threads=1)
    engine.put("t", pa.table({"n": range(len(texts)), "email": texts}))

    found = engine.run("SELECT $key AS k FROM t ORDER BY n", key=email_sql("email", mailbox))

    assert found["k"].to_pylist() == [fold_email(one, mailbox) or None for one in texts]


@given(st.lists(NUMBERS, min_size=1, max_size=30))
def test_sql_and_python_fold_numbers_alike(texts: list[str]) -> None:
    engine = DuckEngine(threads=1)
    engine.put("t", pa.table({"n": range(len(texts)), "phone": texts}))

    found = engine.run("SELECT $key AS k FROM t ORDER BY n", key=phone_sql("phone"))

    assert found["k"].to_pylist() == [fold_phone(one) or None for one in texts]
