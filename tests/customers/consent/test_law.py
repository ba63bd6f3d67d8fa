"""The law: a "no" in force for an address, anywhere, and nothing is proposed to it."""

import pytest
from hypothesis import Phase, given, settings

from tests.customers.consent.laws import Company, companies
from tests.customers.consent.made import refused, verdict, world
from tests.effort import examples

pytestmark = pytest.mark.long

# Each example is a world of its own: to make one smaller would cost minutes.
FEW = settings(max_examples=examples(40), phases=[Phase.generate])


@FEW
@given(companies(least=1))
def test_one_no_anywhere_refuses_whoever_has_the_address(company: Company) -> None:
    made = world(company.all_contacts(), company.all_messages())

    assert verdict(made, contact_id="crm:1").denied
    assert refused(made, "meeting", contact_id="crm:1")


@FEW
@given(companies())
def test_without_a_no_nobody_is_refused(company: Company) -> None:
    """So that the law above is not kept by refusing everybody."""
    made = world(company.all_contacts(), company.all_messages())

    judged = verdict(made, contact_id="crm:1")
    assert not judged.denied, judged.reason
