"""The list of accounts as a page: its lists, forms that need no script, and a golden page."""

import re
from pathlib import Path

from tests.web.lists import a_list
from tests.web.made import Browser, Inbox

GOLDEN = Path(__file__).parent / "golden" / "accounts.html"
SECRETS = re.compile(r'(name="(?:csrf|key)" value=")[^".]*')


def form(browser: Browser, kind: str) -> dict[str, str]:
    """The hidden fields of the first form of a kind on the page."""
    page = browser.get("/accounts?owner=Ann")
    [found] = re.findall(rf'action="/accounts/{kind}".*?</form>', page, re.DOTALL)[:1]
    return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', found))


def main_of(inbox: Inbox) -> str:
    """What stands between the frame's head and foot, without what differs by session."""
    page = inbox.inside().get("/accounts?owner=Ann")
    [found] = re.findall(r"<main.*?</main>", page, re.DOTALL)
    return SECRETS.sub(r"\1", found) + "\n"


def test_golden(inbox: Inbox) -> None:
    """When it is meant to change: delete the file, run this twice, look at the difference."""
    shown = main_of(inbox)
    if not GOLDEN.exists():
        GOLDEN.parent.mkdir(exist_ok=True)
        GOLDEN.write_text(shown, encoding="utf-8")
        raise AssertionError("the golden page was written; look at it and run again")

    assert shown == GOLDEN.read_text(encoding="utf-8")


def test_every_account_of_every_list_is_on_the_page(inbox: Inbox) -> None:
    page, found = inbox.inside().get("/accounts"), a_list("active")

    shown = [
        *(line.account for line in found.lines),
        *(one.account for one in found.leave_alone),
        *(one.account for one in found.let_go),
        *(one.account for one in found.unscored),
    ]
    for one in shown:
        assert f'href="/accounts/{one.account_id}"' in page
    for said in (
        "<b>2</b> to call today",
        "1,800.00 EUR",
        "leave <b>1</b> alone",
        "let <b>1</b> go",
        "figures of the morning of 2024-03-01",
        "9.2%",
        "+5.2 pp",
        "no real change",
        "3 tickets open, 2 urgent or high",
        "term ends 2024-03-19",
        "8 days behind",
        "retention email 400.00 EUR",
        "do nothing 0",
    ):
        assert said in page, said


def test_each_wish_is_done_by_its_form(inbox: Inbox) -> None:
    ann = inbox.inside()
    for version, (kind, more) in enumerate(
        (
            ("claim", {}),
            ("done", {}),
            ("snooze", {"until": "2024-03-09"}),
            ("not-useful", {"reason": "other", "note": "we met"}),
            ("open", {}),
        )
    ):
        filled = form(ann, kind) | {"account": "a1", "version": str(version), **more}
        answer = ann.client.post(
            f"/accounts/{kind}", data=filled, headers={"origin": "https://inbox.example"}
        )
        assert (answer.status_code, answer.headers["location"]) == (
            303,
            "/accounts?owner=Ann&said=a1",
        )
        page = ann.get(answer.headers["location"])
        assert f"<b>{kind.replace('-', ' ')}</b>" in page
        assert "by Ann" in page

    deeds = inbox.gate.store.read(lambda tx: tx.care.of("a1"))
    assert [deed.kind for deed in deeds] == ["claim", "done", "snooze", "not_useful", "open"]
    assert {deed.via for deed in deeds} == {"web"}


def test_what_cannot_be_is_said_on_a_page_that_leads_back(inbox: Inbox) -> None:
    ann = inbox.inside()
    for more, status, said in (
        ({"version": "3"}, 409, "is not as you saw it"),
        ({"version": "x"}, 422, "open the list again"),
        ({"account": "nobody"}, 404, "is not on the list"),
        ({"account": "\x00"}, 422, "cannot be stored"),
    ):
        answer = ann.post("/accounts/done", {"account": "a1", "version": "0", **more})
        assert answer.status_code == status, answer.text
        assert said in answer.text
        assert 'href="/accounts"' in answer.text
    assert ann.post("/accounts/not-useful", {"account": "a1", "version": "0"}).status_code == 422


def test_a_viewer_reads_and_has_no_buttons(inbox: Inbox) -> None:
    page = inbox.inside("viewer").get("/accounts")

    assert "to call today" in page
    assert 'action="/accounts/' not in page.replace('action="/accounts"', "")


def test_somebody_else_s_word_is_news(inbox: Inbox) -> None:
    ann, bob = inbox.inside(), inbox.inside("approver-2")
    [news] = re.findall(r'hx-get="([^"]+)"', ann.get("/accounts"))

    assert ann.client.get(news).status_code == 204
    bob.post("/accounts/claim", {"account": "a1", "version": "0"})
    assert "The list has moved on (1 entry)" in ann.get(news)


def test_the_file_is_a_download(inbox: Inbox) -> None:
    answer = inbox.inside().client.get("/accounts/list.csv?owner=Ann")

    assert answer.text == "account,Ann"
    assert answer.headers["content-disposition"] == 'attachment; filename="accounts.csv"'
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"


def test_an_account_is_found_by_its_id(inbox: Inbox) -> None:
    assert "Account a1" in inbox.inside().get("/accounts?q=a1")
