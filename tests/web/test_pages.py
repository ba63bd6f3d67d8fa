"""Pages show what was frozen, and only that."""

import pytest

from tests.web.made import Inbox, several

PAGES = (
    "/queue", "/queue?flat=1", "/actions", "/actions?status=sent", "/log", "/roster", "/audit",
    "/accounts", "/accounts?owner=Ann", "/accounts?q=a1", "/accounts/list.csv",
    "/accounts/a1", "/accounts/a1?part=1", "/runs", "/why-not", "/why-not?account=a1", "/rules",
    "/switches", "/metrics",
)  # fmt: skip


@pytest.mark.parametrize("path", PAGES)
def test_every_page_opens(inbox: Inbox, path: str) -> None:
    inbox.propose(*several("10", "20"))

    assert inbox.inside("viewer").get(path)


def test_the_proposal_is_its_envelope(inbox: Inbox) -> None:
    [one] = inbox.propose()

    page = inbox.inside().get(f"/proposals/{one}")

    for said in (
        "Ärger &amp; Söhne",
        "ann@example.com",
        "882.00 EUR",
        "-120.10",
        "1,900.00",
        "5 seats × 12 months",
        "gross_margin",
        "finance",
        "do nothing",
        "consent",
        "phone_consent is given",
        "uses less than before",
        "few outcomes so far",
        "paid until 2024-06-01",
    ):
        assert said in page, said
