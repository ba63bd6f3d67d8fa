"""Every route by every role: who may, and nobody else."""

import pytest

from tests.web.auth.doors import bearer
from tests.web.made import HTML, Inbox
from tests.web.routes import (
    AUDITED,
    AUDITORS,
    CHANGES,
    DECIDERS,
    GETS,
    MANAGED,
    MANAGING,
    OWN,
    READERS,
    RELEASES,
    Change,
    scene,
)
from tools.store.people import Role

MANAGE = Change("/switches", {"scope": "global", "on": "off", "reason": "over"})


@pytest.mark.parametrize("role", READERS)
def test_every_role_looks_where_it_may(inbox: Inbox, role: Role) -> None:
    stage, browser = scene(inbox), inbox.inside(role)
    for path in GETS:
        status = browser.client.get(stage.path(path), headers=HTML).status_code
        may = role in (AUDITORS if path in AUDITED else READERS)
        assert (status < 400) == may, (path, status)
        assert may or status == 403, path


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.path)
def test_only_who_may_decide_decides(inbox: Inbox, change: Change) -> None:
    stage = scene(inbox)
    for role in READERS:
        if role not in DECIDERS:
            assert stage.send(inbox.inside(role), change) == 403, role
    assert stage.send(inbox.inside("reviewer"), change) not in {401, 403}


@pytest.mark.parametrize("change", RELEASES, ids=lambda change: change.path)
def test_only_who_may_give_the_second_yes_releases(inbox: Inbox, change: Change) -> None:
    stage = scene(inbox)
    for role in READERS:
        barred = stage.send(inbox.inside(role), change) == 403
        assert barred == (role not in {"approver-2", "admin"}), role


@pytest.mark.parametrize("change", [*CHANGES, *RELEASES], ids=lambda change: change.path)
def test_nothing_changes_without_a_session_or_without_our_page(
    inbox: Inbox, change: Change
) -> None:
    stage = scene(inbox)

    assert stage.send(inbox.stranger(), change, "x") == 401
    assert stage.send(inbox.inside("admin"), change, "not the token") == 403


def test_a_page_sends_strangers_to_sign_in(inbox: Inbox) -> None:
    stage = scene(inbox)
    for path in GETS:
        answer = inbox.stranger().client.get(stage.path(path), headers=HTML)
        assert answer.status_code == 303, path
        assert answer.headers["location"].startswith("/login?next=/"), path


def test_only_an_administrator_lets_things_go_on(inbox: Inbox) -> None:
    stage = scene(inbox)
    for role in READERS:
        assert stage.send(inbox.inside(role), MANAGE) == (303 if role == "admin" else 403), role


@pytest.mark.parametrize("change", MANAGING, ids=lambda change: change.path)
def test_only_an_administrator_sees_to_people(inbox: Inbox, change: Change) -> None:
    stage = scene(inbox)
    for role in READERS:
        if role != "admin":
            assert stage.send(inbox.inside(role), change) == 403, role
    assert stage.send(inbox.stranger(), change, "x") == 401
    assert stage.send(inbox.inside("admin"), change, "not the token") == 403
    assert stage.send(inbox.inside("admin"), change) < 400


def test_only_an_administrator_looks_at_people(inbox: Inbox) -> None:
    stage = scene(inbox)
    for path in MANAGED:
        for role in READERS:
            status = inbox.inside(role).client.get(stage.path(path), headers=HTML).status_code
            assert status == (200 if role == "admin" else 403), (path, role)


@pytest.mark.parametrize("change", [*OWN, *MANAGING], ids=lambda change: change.path)
def test_no_token_and_no_old_proof_changes_how_anybody_signs_in(
    inbox: Inbox, change: Change
) -> None:
    stage, admin = scene(inbox), inbox.inside("admin")
    token = inbox.token("admin", "read", "decide", "admin")
    path = stage.path(change.path)
    by_token = inbox.stranger().client.post(path, data=change.form, headers=bearer(token))
    inbox.clock.turn(minutes=16)
    before = inbox.gate.store.read(lambda tx: tx.chain.head())

    answer = admin.post(path, stage.filled(change.form))

    assert by_token.status_code == 403
    assert (answer.status_code, answer.headers["location"][:14]) == (303, "/confirm?next=")
    assert inbox.gate.store.read(lambda tx: tx.chain.head()) == before


@pytest.mark.parametrize("change", OWN, ids=lambda change: change.path)
def test_nobody_else_changes_how_one_signs_in(inbox: Inbox, change: Change) -> None:
    stage = scene(inbox)

    assert stage.send(inbox.stranger(), change, "x") == 401
    assert stage.send(inbox.inside("viewer"), change, "not the token") == 403
    if "prefix" in change.path:
        assert stage.send(inbox.inside("viewer"), change) == 403


def test_a_role_taken_away_counts_at_once(inbox: Inbox) -> None:
    stage, ann = scene(inbox), inbox.inside("reviewer")
    csrf = ann.csrf()
    inbox.people.set_role(inbox.person("reviewer").id, "viewer", inbox.clock())

    assert stage.send(ann, CHANGES[0], csrf) in {401, 403}
