"""The law inside the gate: a "no" that comes refuses the yes, and blocks what was approved."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.customers.consent.laws import Company, companies
from tests.databases import Fresh
from tests.effort import examples
from tests.faults.homes import open_home
from tools.errors import Conflict

FEW = settings(max_examples=examples(12), phases=[Phase.generate])


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fresh]:
    databases = Fresh("sqlite", tmp_path_factory.mktemp("databases"))
    yield databases
    databases.close()


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("homes")


@pytest.mark.fault(19)
@FEW
@given(companies(least=1), st.booleans())
def test_a_no_refuses_the_yes_and_blocks_what_was_approved(
    fresh: Fresh, folders: Path, company: Company, early: bool
) -> None:
    """`early`: before anybody said yes."""
    number = sum(1 for _ in folders.iterdir())
    home = open_home(fresh.store(), folders / str(number), *company.contacts)
    home.land(messages=company.messages)
    proposal = home.propose()
    if not early:
        assert home.approve(proposal) == "approved"

    home.land(
        contacts=company.all_contacts()[len(company.contacts) :],
        messages=company.all_messages()[len(company.messages) :],
    )

    if early:
        with pytest.raises(Conflict, match=r"any more|another now"):
            home.approve(proposal)
    assert home.dispatch() == ({} if early else {"blocked": 1})
    assert home.left() == []
