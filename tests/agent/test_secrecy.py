"""No customer and no secret in the logs or in the checkpoints, whatever goes wrong."""

import csv
import json
import logging
from pathlib import Path

import pytest
import structlog
from sqlalchemy import create_engine, text

from agent.run import run_day
from agent.wiring import open_deps
from config.logs import configure_logs
from tests.agent.company import SECOND, Company, number
from tests.agent.homes import Home, Homes
from tests.agent.test_runs import Watched
from tests.agent.traces import CHECKPOINTS
from tests.databases import KINDS
from tools.errors import LifecycleError

pytestmark = pytest.mark.long

ON_EACH = [pytest.param(kind, marks=pytest.mark.xdist_group(f"agent-{kind}")) for kind in KINDS]
SECRET = "s3cret-of-the-house"


def _canaries(company: Company) -> set[str]:
    """Every name, address and number of a person, and every company's name and domain."""
    found: set[str] = set()
    wanted = {"crm_contacts.csv": ("name", "email", "phone"), "crm_accounts.csv": ("company",)}
    for name, columns in wanted.items():
        with (company.export(SECOND) / name).open(encoding="utf-8") as opened:
            for row in csv.DictReader(opened):
                found |= {row[column].strip().lower() for column in columns}
    return {canary for canary in found if len(canary) > 5}


def _log(home: Home) -> str:
    return (home.folder / "logs" / "lifecycle.log").read_text(encoding="utf-8")


def _places(home: Home) -> str:
    """Everything the checkpoints hold, as text."""
    if home.database.startswith("sqlite"):
        parts = [p.read_bytes() for p in sorted(home.folder.glob("checkpoints.db*"))]
        return b"".join(parts).decode("utf-8", errors="replace")
    engine = create_engine(home.database)
    with engine.connect() as connection:
        names = [n for n in CHECKPOINTS if n != "writes"]
        rows = [tuple(map(str, r)) for n in names for r in connection.execute(text(f"TABLE {n}"))]
    engine.dispose()
    return repr(rows)


def _leaks(shown: str, canaries: set[str]) -> set[str]:
    lowered = shown.lower()
    return {canary for canary in canaries if canary in lowered}


@pytest.mark.parametrize("kind", ON_EACH)
def test_no_customer_in_checkpoints_or_logs(kind: str, homes: Homes) -> None:
    with homes.copy(kind) as home:
        canaries = _canaries(home.company)
        assert len(canaries) > 200
        assert home.run(SECOND, crash_at="after.queue").signal

        places, log = _places(home), _log(home)
        assert "drafts" in places
        assert len(log.splitlines()) > 8
        assert _leaks(places, canaries) == set()
        assert _leaks(log, canaries) == set()


@pytest.mark.xdist_group("agent-sqlite")
def test_the_canaries_would_be_seen(homes: Homes) -> None:
    """The queue does hold them: a search that finds nothing there would find nothing anywhere."""
    lived = homes.lived("sqlite")

    shown = (lived.folder / "lifecycle.db").read_bytes().decode("utf-8", errors="replace")
    assert len(_leaks(shown, _canaries(lived.company))) > 3


@pytest.mark.xdist_group("agent-sqlite")
def test_an_error_tells_what_but_not_of_whom(homes: Homes) -> None:
    """A run that raises with a person in the message: the log keeps the kind of error."""
    error = LifecycleError(
        "crm_contacts.csv: 'Wilhelmina Canary' <wilhelmina@canary.example> is no number; "
        f"key {SECRET}\nDETAIL: Failing row contains (7, Wilhelmina Canary, +49 30 1234567)"
    )
    with homes.copy("sqlite") as home:
        told = {"secret": SECRET}
        settings = home.company.settings(home.folder, home.database, SECOND, **told)
        with open_deps(settings) as deps, pytest.raises(LifecycleError):
            run_day(Watched(deps, "stage.before_write", error), number(SECOND))
        _let_go()

        log = _log(home)
        assert _leaks(log, {"wilhelmina", "canary.example", "1234567", SECRET}) == set()
        lines = [json.loads(line) for line in log.splitlines()]
        failed = next(line for line in lines if line["event"] == "run.failed")
        assert failed["error"] == "LifecycleError"
        assert failed["run"] == "run-2026-11-04"
        assert "is no number" in failed["exception"][0]["exc_value"]


def _let_go() -> None:
    """Close the log this process has opened, and set structlog back."""
    for handler in [h for h in logging.getLogger().handlers if hasattr(h, "baseFilename")]:
        logging.getLogger().removeHandler(handler)
        handler.close()
    structlog.reset_defaults()


@pytest.mark.xdist_group("agent-sqlite")
def test_what_is_logged_after_the_end_stops_nobody(homes: Homes) -> None:
    with homes.copy("sqlite") as home:
        settings = home.company.settings(home.folder, home.database, SECOND)
        with open_deps(settings):
            pass
    logging.getLogger("library").warning("the folder is gone by now")
    structlog.reset_defaults()

    assert not [h for h in logging.getLogger().handlers if hasattr(h, "baseFilename")]


@pytest.mark.parametrize(
    ("told", "hidden"),
    [
        ({"url": "postgresql://me:hunter22@db/x"}, "hunter22"),
        ({"note": "sent to ann.example@mail.example today"}, "ann.example"),
        ({"password": "hunter22"}, "hunter22"),
        ({"api_key": "k-123456"}, "k-123456"),
        ({"deep": {"Authorization": "Bearer abc.def"}}, "abc.def"),
        ({"deep": [{"email": "ann"}, ("x", f"the key {SECRET}")]}, SECRET),
        ({"name": "Ann Example"}, "Ann Example"),
        ({"anything": f"…{SECRET}…"}, SECRET),
    ],
)
def test_what_opens_a_door_or_names_a_person_is_redacted(
    told: dict[str, object], hidden: str, tmp_path: Path
) -> None:
    configure_logs(tmp_path, secrets={SECRET})
    structlog.get_logger("test").info("something", **told)
    logging.getLogger("library").warning("as a library says it: %s", SECRET)
    _let_go()

    log = (tmp_path / "lifecycle.log").read_text(encoding="utf-8")
    assert len(log.splitlines()) == 2
    assert hidden not in log
    assert SECRET not in log
    assert "redacted" in log or "[address]" in log
