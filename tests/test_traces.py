"""What names a person is found in any spelling, and nobody else is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.traces import GONE, Traces, scrub_all

ANN = Traces(
    "e1",
    ("crm:7", "mail:ann.lee@x.co"),
    ("crm:A",),
    ("ann.lee@x.co",),
    ("Änn Lee",),
    ("+49 (30) 98-76 54",),
)
NAMED = (
    "ann.lee@x.co", "ANN.LEE@X.CO", "<ann.lee@x.co>,", "mailto:ann.lee%40x.co?x", "crm:7",
    "'crm:7'", "+4930987654", "49 30 987654", "(49)30/98.76.54", "mail:ann.lee@x.co",
    "ann.lee@x.co.",
)  # fmt: skip
OTHERS = (
    "joann.lee@x.co", "ann.lee@x.com", "ann.lee@x.co.uk", "crm:70", "xcrm:7", "crm:7-1",
    "1493098765400", "30 98", "",
)  # fmt: skip


@pytest.mark.parametrize("text", NAMED)
def test_named_in_any_spelling_they_are_found_and_gone(text: str) -> None:
    assert ANN.found(text, near=False)
    clean = ANN.scrub(text, near=False)
    assert not ANN.found(clean, near=True)
    assert ANN.scrub(clean, near=True) == clean


@pytest.mark.parametrize("text", OTHERS)
def test_others_are_left_alone(text: str) -> None:
    assert not ANN.found(text, near=True)
    assert ANN.scrub(text, near=True) == text
    assert ANN.scrub_id(text) == text


def test_a_name_is_looked_for_only_near_the_person() -> None:
    said = "call ÄNN\n LEE about Änn Leeds"

    assert not ANN.found(said, near=False)
    assert ANN.scrub(said, near=False) == said
    assert ANN.scrub(said, near=True) == f"call {GONE} about Änn Leeds"


def test_ids_that_were_different_stay_so() -> None:
    keys = ["ann.lee@x.co|1", "ann.lee@x.co|2", "shop:ann.lee@x.co"]

    assert len({ANN.scrub_id(key) for key in keys}) == 3
    assert ANN.scrub_id("crm:7") == "crm:7"  # a company may have the id of its only person


@pytest.mark.parametrize("name", ["", "  ", "Al"])
def test_a_name_too_short_to_be_told_from_a_word_is_not_looked_for(name: str) -> None:
    nobody = Traces("e1", (), (), (), (name,), ("12 3",))

    assert not nobody.found("Al is in all of it, 123", near=True)


@given(st.text(), st.text())
def test_masked_it_keeps_its_length_and_names_nobody(before: str, after: str) -> None:
    line = f"{before} ann.lee@x.co and \\u00c4nn Lee {after}"
    masked = ANN.mask(line)

    assert (
        len(masked.encode(errors="surrogateescape")) == len(line.encode(errors="surrogateescape"))
        if _encodes(line)
        else True
    )
    assert not ANN.found(masked, near=True)


def _encodes(text: str) -> bool:
    try:
        text.encode(errors="surrogateescape")
    except UnicodeEncodeError:
        return False
    return True


def test_sealed_and_opened_they_are_the_same() -> None:
    assert Traces.from_json(ANN.to_json()) == ANN


def test_several_people_at_once() -> None:
    bob = Traces("e2", (), (), ("bob@y.co",), (), ())

    assert scrub_all([ANN, bob], "ann.lee@x.co, bob@y.co") == f"{GONE}, {GONE}"
