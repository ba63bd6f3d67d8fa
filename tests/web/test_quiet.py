"""Looking changes nothing, whoever looks and with whatever method."""

import re
from typing import Any

from sqlalchemy import MetaData, select

from tests.web.made import HTML, Inbox
from tests.web.routes import (
    CHANGES,
    GETS,
    MANAGED,
    MANAGING,
    OPEN,
    OWN,
    RELEASES,
    STREAMS,
    scene,
)
from tools.store.store import Store

SIGN_IN = {"login", "token"}  # when a session was last seen


def everything(store: Store) -> dict[str, list[Any]]:
    """Every row of every table but those of sign-in."""
    found = MetaData()
    found.reflect(store.database.engine)
    with store.database.read() as session:
        return {
            name: sorted(map(repr, session.execute(select(table))))
            for name, table in found.tables.items()
            if name not in SIGN_IN
        }


def test_get_head_and_options_change_nothing_on_any_route(inbox: Inbox) -> None:
    stage = scene(inbox)
    admin, stranger = inbox.inside("admin"), inbox.stranger()
    changes = (*CHANGES, *RELEASES, *OWN, *MANAGING)
    paths = [*GETS, *MANAGED, *OPEN, *(change.path for change in changes), inbox.leaving()]
    before = everything(inbox.store)

    for path in paths:
        for method in ("GET", "HEAD", "OPTIONS"):
            for browser in (admin, stranger):
                browser.client.request(method, stage.path(path), headers=HTML)

    assert everything(inbox.store) == before


def test_no_route_was_forgotten(inbox: Inbox) -> None:
    stage = scene(inbox)
    changes = (c.path for c in (*CHANGES, *RELEASES, *OWN, *MANAGING))
    known = [stage.path(p).partition("?")[0] for p in (*GETS, *MANAGED, *changes)]
    known += [*OPEN, *STREAMS, inbox.leaving()]
    known += ["/signin", "/signin/x", "/logout", "/confirm", "/login/oidc", "/login/oidc/callback"]
    for pattern in _patterns(inbox):
        assert any(re.fullmatch(pattern, path) for path in known), pattern


def _patterns(inbox: Inbox) -> list[str]:
    """The path of every route, as a pattern."""
    found: list[str] = []
    todo = list(inbox.app.routes)
    while todo:
        route: Any = todo.pop()
        inner = getattr(route, "original_router", None)
        if inner is not None:
            todo += inner.routes
        elif hasattr(route, "path_format"):
            found.append(re.sub(r"\{[^}]+\}", "[^/]+", route.path_format))
    assert len(found) > 30
    return found
