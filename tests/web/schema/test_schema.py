"""The API answers only what its OpenAPI document says, whatever it is sent."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import count, cycle
from typing import TYPE_CHECKING, Any, cast

import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.config import CacheConfig, SchemathesisConfig
from schemathesis.python.asgi import get_client
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from starlette.testclient import TestClient

from approvals.users.auth import Auth
from approvals.users.limits import RateLimit
from approvals.web.api import caring, decide, deciding, reading
from approvals.web.api.docs import described_of
from approvals.web.api.giving import KINDS
from approvals.web.app import make_app
from tests.databases import Fresh
from tests.web.auth.doors import BASE, CHEAP, SETTINGS, bearer
from tests.web.made import Inbox, several
from tools.roi.decide import QUESTIONS

if TYPE_CHECKING:
    from schemathesis import Case

    from tools.store.store import Store

POSITIVE = GenerationMode.POSITIVE
DESCRIBED = "/api/v1/openapi.json"
OPERATIONS = (
    *KINDS, "queue", "proposal", "actions", "log", "audit-chain", "bulk-preview", "bulk-approve",
    "accounts", "account-claim", "account-done", "account-snooze", "account-not-useful",
    "account-open", "release", "decide", *(f"decide-{key}" for key in QUESTIONS),
)  # fmt: skip
CHECKS = [
    not_a_server_error, status_code_conformance, content_type_conformance,
    response_schema_conformance,
]  # fmt: skip
# The clock of these tests stands still, and a bucket that is empty would stay so.
NEVER_EMPTY = dict.fromkeys(
    ("mailbox", "address", "token", "read", "change", "open"),
    RateLimit(10**6, timedelta(microseconds=1)),
)
BOUNDED = settings(
    max_examples=12,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)


class Served:
    """An inbox whose API can be asked without end, with proposals to decide about."""

    def __init__(self, store: "Store") -> None:
        self.inbox = Inbox(store)
        auth = Auth(
            self.inbox.people, replace(SETTINGS, rates=NEVER_EMPTY), self.inbox.clock, CHEAP
        )
        self.app = make_app(replace(self.inbox.parts, auth=auth, rates=NEVER_EMPTY))
        nets = [str(net) for net in range(10, 40)]
        self.ids = self.inbox.propose(*several(*nets, "20000"))
        self.headers = bearer(self.inbox.token("admin"))
        self.next_id = cycle(self.ids)
        self.numbers = count()
        self.session: Any = None

    def ask(self, case: "Case[Any]") -> None:
        """Send a request and compare the answer; a key that was used would hide everything else."""
        meant = case.meta is not None and case.meta.generation.mode is POSITIVE
        if meant and "Idempotency-Key" in case.headers:
            case.headers["Idempotency-Key"] = f"once-{next(self.numbers)}"
        case.call_and_validate(
            app=self.app, session=self.session, headers=self.headers, checks=CHECKS
        )

    def made_real(self, case: "Case[Any]") -> "Case[Any] | None":
        """The same request about a proposal that is there; None when it is about none."""
        if "proposal_id" not in (case.path_parameters or {}):
            return None
        now = self.inbox.store.proposals.get(next(self.next_id))
        assert now is not None
        case.path_parameters["proposal_id"] = now.id
        if isinstance(case.body, dict):
            seen: dict[str, Any] = {"version": now.version, "sha256": now.shown}
            case.body = case.body | {k: v for k, v in seen.items() if k in case.body}
        return case


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One database is enough: what goes wrong here goes wrong before the store."""
    fresh = Fresh("sqlite", tmp_path_factory.mktemp("schema"))
    one = Served(fresh.store())
    with get_client(cast("Any", one.app)) as one.session:
        yield one
    fresh.close()


def bare() -> "dict[str, Any]":
    """The description of the API's routes, which needs no store."""
    app = FastAPI()
    app.include_router(reading.routes())
    app.include_router(deciding.routes())
    app.include_router(caring.routes())
    app.include_router(decide.routes())
    return described_of(app)


schema = schemathesis.openapi.from_dict(
    bare(), config=SchemathesisConfig(cache=CacheConfig(enabled=False))
)


def test_what_is_tried_here_is_what_is_served(served: Served) -> None:
    assert TestClient(served.app, BASE).get(DESCRIBED).json() == schema.raw_schema


@pytest.mark.parametrize("mode", list(GenerationMode))
@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_answer_is_one_that_is_described(
    operation: str, mode: GenerationMode, served: Served
) -> None:
    @BOUNDED
    @given(schema.find_operation_by_id(operation).as_strategy(generation_mode=mode))
    def asked(case: "Case[Any]") -> None:
        served.ask(case)
        if mode is POSITIVE and (real := served.made_real(case)):
            served.ask(real)

    asked()


def test_every_operation_is_tried() -> None:
    found = {
        one["operationId"] for path in schema.raw_schema["paths"].values() for one in path.values()
    }
    assert found == set(OPERATIONS)
