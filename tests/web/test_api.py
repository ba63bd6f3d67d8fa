"""The API does what the pages do, for people and their programs, and says how."""

import json
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.web.auth.doors import BASE, bearer
from tests.web.made import Inbox, several
from tools.roi.decide import QUESTIONS

ROOT = "/api/v1"


class Program:
    """A program with a token."""

    def __init__(self, inbox: Inbox, token: str) -> None:
        self.client = TestClient(inbox.app, BASE, headers=bearer(token))

    def get(self, path: str, status: int = 200) -> Any:
        answer = self.client.get(ROOT + path)
        assert answer.status_code == status, answer.text
        return answer.json()

    def post(self, path: str, body: object, key: str = "k1", status: int = 200) -> Any:
        headers = {"Idempotency-Key": key} if key else {}
        answer = self.client.post(ROOT + path, json=body, headers=headers)
        assert answer.status_code == status, answer.text
        return answer.json()

    def seen(self, proposal: str) -> dict[str, Any]:
        found = self.get(f"/proposals/{proposal}")
        return {"version": found["version"], "sha256": found["sha256"]}


def test_a_token_decides_as_its_person_by_api(inbox: Inbox) -> None:
    [one] = inbox.propose()
    ann = Program(inbox, inbox.token())

    done = ann.post(f"/proposals/{one}/approve", ann.seen(one))
    again = ann.post(f"/proposals/{one}/approve", ann.seen(one) | {"version": 1})

    assert (done["status"], done["again"], again["again"]) == ("approved", False, True)
    [deed] = ann.get("/log")["items"]
    assert (deed["who"], deed["via"]) == (inbox.person("reviewer").id, "api")
    assert ann.get("/actions")["items"][0]["proposal"] == one
    undone = ann.post(f"/proposals/{one}/undo", ann.seen(one), "k2")
    assert undone["status"] == "pending"


@pytest.mark.parametrize(
    ("kind", "more", "status"),
    [
        ("reject", {"reason": "other"}, "rejected"),
        ("snooze", {"until": "2024-03-04"}, "snoozed"),
        ("edit", {"subject": "Room?", "body": "Hello,\n"}, "pending"),
        ("revoke", {}, "revoked"),
    ],
)
def test_every_other_wish(inbox: Inbox, kind: str, more: dict[str, str], status: str) -> None:
    [one] = inbox.propose()
    ann = Program(inbox, inbox.token())

    assert ann.post(f"/proposals/{one}/{kind}", ann.seen(one) | more)["status"] == status


def test_a_program_may_look_and_never_decide(inbox: Inbox) -> None:
    [one] = inbox.propose()
    agent = Program(inbox, inbox.token("admin", "read", "propose", agent=True))

    assert agent.get("/queue")["items"][0]["id"] == one
    said = agent.post(f"/proposals/{one}/approve", agent.seen(one), status=403)
    assert said["error"] == "forbidden"


def test_a_token_may_no_more_than_its_scopes(inbox: Inbox) -> None:
    [one] = inbox.propose()
    ann = Program(inbox, inbox.token("reviewer", "read"))

    ann.post(f"/proposals/{one}/approve", ann.seen(one), status=403)
    ann.post(
        "/bulk/approve",
        {"items": [{"proposal": one, **ann.seen(one)}], "looked_at": [one]},
        status=403,
    )
    assert inbox.gate.store.read(lambda tx: tx.log.of(one)) == ()


def test_what_two_must_agree_to_needs_the_inbox(inbox: Inbox) -> None:
    [one] = inbox.propose(*several("20000"))
    ann = Program(inbox, inbox.token())

    assert "inbox" in ann.post(f"/proposals/{one}/approve", ann.seen(one), status=403)["detail"]


def test_refusals_are_problems(inbox: Inbox) -> None:
    [one] = inbox.propose()
    ann = Program(inbox, inbox.token())
    seen = ann.seen(one)

    assert ann.get("/proposals/p0", 404)["error"] == "absent"
    assert ann.post(f"/proposals/{one}/approve", seen, key="", status=422)["error"] == "bad_input"
    assert ann.post(f"/proposals/{one}/approve", {"version": 1}, status=422)
    wrong = seen | {"version": 7}
    assert "pending, version 1" in ann.post(f"/proposals/{one}/approve", wrong, "k3", 409)["detail"]
    assert ann.get("/audit-chain", 403)["error"] == "forbidden"
    assert ann.get("/queue?after=x", 422)["error"] == "bad_input"
    assert Program(inbox, "lca_no").get("/queue", 401)["error"] == "sign_in"
    lone = ann.client.post(
        f"{ROOT}/proposals/{one}/reject",
        headers={"Idempotency-Key": "k4", "content-type": "application/json"},
        content=b'{"version":1,"sha256":"ab","reason":"other","note":"\\ud800"}',
    )
    assert lone.status_code == 422


def test_bulk_needs_the_sample_and_answers_for_each(inbox: Inbox) -> None:
    ids = inbox.propose(*several("5", "4", "3", "2"))
    ann = Program(inbox, inbox.token())
    items = [{"proposal": one, **ann.seen(one)} for one in ids]

    group = ann.post("/bulk/preview", {"proposals": list(ids)})
    assert (group["size"], len(group["sample"])) == (4, 3)
    ann.post("/bulk/approve", {"items": items, "looked_at": []}, status=422)
    items[3]["version"] = 9
    done = ann.post("/bulk/approve", {"items": items, "looked_at": group["sample"]})
    assert len(done["results"]) == 3
    assert [one["proposal"] for one in done["refused"]] == [ids[3]]


def test_the_chain_is_for_auditors(inbox: Inbox) -> None:
    inbox.propose(*several("5", "4"))
    auditor = Program(inbox, inbox.token("auditor", "read"))

    first = auditor.get("/audit-chain?limit=1")

    assert [entry["seq"] for entry in first["items"]] == [1]
    rest = auditor.client.get(first["links"]["next"]).json()
    assert [entry["seq"] for entry in rest["items"]] == [2]


def test_it_is_described_without_help_from_elsewhere(inbox: Inbox) -> None:
    client = inbox.stranger().client
    found = client.get(f"{ROOT}/openapi.json").json()

    assert set(found["paths"]) == {
        f"{ROOT}{path}"
        for path in (
            "/queue",
            "/proposals/{proposal_id}",
            "/actions",
            "/log",
            "/audit-chain",
            "/bulk/preview",
            "/bulk/approve",
            "/accounts",
            "/decide",
            *(f"/decide/{key}" for key in QUESTIONS),
            *(f"/accounts/{kind}" for kind in ("claim", "done", "snooze", "not-useful", "open")),
            *(
                f"/proposals/{{proposal_id}}/{kind}"
                for kind in ("approve", "reject", "snooze", "edit", "undo", "revoke", "release")
            ),
        )
    }
    for operations in found["paths"].values():
        for operation in operations.values():
            assert {"200", "401", "403", "409", "422", "429", "503"} <= set(operation["responses"])
    page = client.get(f"{ROOT}/docs")
    assert page.status_code == 200
    assert "/proposals/{proposal_id}/approve" in page.text
    assert "http" not in page.text.replace("HTTP", "")


@pytest.mark.parametrize(
    "bad",
    [
        None, 7, "x", [], {}, {"proposal": 5}, {"proposal": "a b", "version": 1, "sha256": "ab"},
        {"proposal": "p1", "version": "1", "sha256": "ab"}, {"proposal": "p1", "version": 1.5},
        {"proposal": "p1", "version": True, "sha256": "ab"}, {"proposal": "p\x001", "version": 1},
        {"proposal": "p1", "version": 10**30, "sha256": "ab"}, {"proposal": "é"},
        {"proposal": "p1", "version": 1, "sha256": "../x"},
        {"proposal": "p1", "version": 1, "sha256": "ab", "more": 1},
    ],
)  # fmt: skip
def test_a_bad_item_of_many_is_its_own_answer(inbox: Inbox, bad: object) -> None:
    [one, two] = inbox.propose(*several("5", "4"))
    ann = Program(inbox, inbox.token())
    items = [{"proposal": name, **ann.seen(name)} for name in (one, two)]

    group = ann.post("/bulk/preview", {"proposals": [one, bad, two]})
    assert [row["outcome"] for row in group["left_out"]] in (["malformed"], ["unknown"])
    body = {"items": [items[0], bad, items[1]], "looked_at": [one, two]}
    said, again = (ann.post("/bulk/approve", body, key="many") for _ in range(2))

    assert [row["status"] for row in said["items"]] == [200, 422, 200]
    assert [row["outcome"] for row in said["items"]] == ["approved", "malformed", "approved"]
    assert said == again
    assert [row["proposal"] for row in said["results"]] == [one, two]


def test_items_no_json_should_hold_are_answered_too(inbox: Inbox) -> None:
    [one] = inbox.propose()
    ann = Program(inbox, inbox.token())
    good = json.dumps({"proposal": one, **ann.seen(one)})
    items = f'[{good}, "\\ud800", NaN, 1e999, {{"proposal": "\\udfff"}}]'

    said = ann.client.post(
        f"{ROOT}/bulk/approve",
        headers={"content-type": "application/json"},
        content=f'{{"items": {items}, "looked_at": ["{one}"]}}',
    )

    assert [row["status"] for row in said.json()["items"]] == [200, 422, 422, 422, 422]
