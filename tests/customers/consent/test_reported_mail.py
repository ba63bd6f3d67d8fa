"""What a decision costs does not grow with the mail of the company."""

from tests.customers.consent.made import DAY, contact, message, world
from tests.policies.made import limits
from tools.customers.recipients import Recipients


def test_mail_is_read_and_folded_once_for_all_decisions() -> None:
    made = world([contact("crm:1")], [message("sent", DAY - 3, "crm:1")])
    asker = Recipients(made, limits().consent_terms)
    people = asker.best(["crm:A"], limits().reach("email")).values()

    first, second = asker.reported(people), asker.reported(people)
    made.engine.narrow("messages", "SELECT * FROM messages_whole WHERE FALSE")  # read no more

    assert asker.reported(people) == second == first
    assert [one.to_person for told in first.values() for one in told] == [1]
