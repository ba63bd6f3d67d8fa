"""What an installation is told is checked before anything is opened."""

from pathlib import Path

import pytest

from agent.wiring import open_deps
from config.settings import Settings, read_settings
from tests.agent.company import SECOND
from tests.agent.homes import Homes
from tools.errors import BadInput

ON_POSTGRES = pytest.mark.xdist_group("agent-postgresql")


def test_a_misspelt_key_in_the_file_is_refused_with_the_nearest(tmp_path: Path) -> None:
    (tmp_path / "lifecycle.yaml").write_text("databse_url: sqlite:///x.db\n", encoding="utf-8")

    with pytest.raises(ValueError, match=r"databse_url: there is no such.*'database_url'"):
        read_settings(home=tmp_path)


@ON_POSTGRES
def test_a_misspelt_variable_is_refused_and_nothing_is_opened(homes: Homes, tmp_path: Path) -> None:
    """Read as if it were not there, it would put a company's data into the wrong database."""
    lived = homes.lived("postgresql")
    told = {"LIFECYCLE_DATABSE_URL": "postgresql://db/x"}
    ended = lived.launcher.run(["runs", "--home", str(tmp_path / "home")], told)

    assert ended.code == 2
    assert "LIFECYCLE_DATABSE_URL: there is no such setting" in " ".join(ended.text.split())
    assert "database_url" in ended.text
    assert not (tmp_path / "home").exists()


def test_a_wrong_value_is_named_without_being_shown(tmp_path: Path) -> None:
    (tmp_path / "lifecycle.yaml").write_text("secret: [hunter22]\n", encoding="utf-8")

    with pytest.raises(ValueError, match="setting secret") as caught:
        read_settings(home=tmp_path)
    assert "hunter22" not in str(caught.value)


def test_the_option_wins_over_the_file(tmp_path: Path) -> None:
    (tmp_path / "lifecycle.yaml").write_text("log_level: DEBUG\ndata: a\n", encoding="utf-8")

    told = read_settings(home=tmp_path, data=Path("b"))
    assert (told.log_level, told.data) == ("DEBUG", Path("b"))
    assert told.database == f"sqlite:///{tmp_path / 'lifecycle.db'}"


def test_secrets_are_known_and_never_printed() -> None:
    told = Settings(
        home=Path("x"),
        database_url="postgresql://me:hunter22@db/x",
        secret="the-key",  # type: ignore[arg-type]  # pydantic reads it
    )

    assert told.secrets == {"hunter22", "the-key"}
    assert "the-key" not in repr(told)


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("postgres//db", "is no URL"),
        ("mysql://db/x", "'mysql' is not supported"),
        ("sqlite://", "is lost with the process"),
    ],
)
def test_a_database_we_cannot_run_on_is_refused(url: str, says: str, tmp_path: Path) -> None:
    with (
        pytest.raises(BadInput, match=says),
        open_deps(read_settings(home=tmp_path, database_url=url)),
    ):
        pass


@ON_POSTGRES
@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("run", "--as-of", "02.11.2026"), "--as-of '02.11.2026' is not a day; write it as 2026-"),
        (("run", "--as-of", "2026-02-30"), "'2026-02-30' is not a day"),
        (("run", "--as-of", "2026-11-04", "--data", "{tmp}/nowhere"), "nowhere"),
        (("run", "--as-of", "2026-11-04", "--data", "{data}", "--mapping", "{tmp}/no.yaml"),
         "no.yaml"),
        (("replay", "--as-of", "2026-11-04"), "run-2026-11-04 is not done"),
        (("why-not", "simulated:A-0000099"), "did you mean 'simulated:A-00000"),
        (("why-not", "simulated:A-0000001", "--as-of", "2026-11-04"), "2026-11-04 was not run"),
        (("roster", "--contact", "simulated:C-000000"), "did you mean 'simulated:"),
        (("explain", "p123"), "no proposal is called 'p123'"),
        (("features", "simulated:A-0000099"), "did you mean 'simulated:A-00000"),
        (("retention", "--buckets", "one"), "--buckets 'one': write numbers"),
    ],
)  # fmt: skip
def test_what_a_person_mistypes_is_told_in_one_line(
    arguments: tuple[str, ...], says: str, homes: Homes, tmp_path: Path
) -> None:
    lived = homes.lived("postgresql")
    places = {"tmp": str(tmp_path), "data": str(lived.company.export(SECOND))}

    ended = lived.call(*(argument.format(**places) for argument in arguments))
    said = " ".join(ended.text.split())
    assert (ended.code, "Traceback" in said) == (2, False), said
    assert says in said


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        ("http://127.0.0.1:8765", "http://127.0.0.1:9000"),
        ("http://localhost/inbox", "http://localhost:9000/inbox"),
        ("http://[::1]:8765", "http://[::1]:9000"),
        ("https://localhost", "https://localhost"),  # a proxy answers there, and asks the port
        ("https://inbox.example", "https://inbox.example"),
    ],
)
def test_a_port_of_the_command_line_is_that_of_the_links(told: str, shown: str) -> None:
    settings = read_settings(base_url=told, secret="s" * 32)
    assert settings.answering_at(9000).base_url == shown
