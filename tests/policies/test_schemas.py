"""The JSON Schema of each file takes the file we ship and refuses what an editor should mark."""

import json
import re
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from typer.testing import CliRunner, Result

from agent.cli import app
from agent.rulebook import FILES, IDENTITY, MODELS
from tests.conftest import CHECKOUT
from tools.errors import BadInput
from tools.file_schema import schema_of
from tools.reading import parse_strict

SHIPPED = {
    **{name: f"policies/{name}.yaml" for name in FILES},
    "economics": "config/economics.yaml",
    IDENTITY: "tools/warehouse/identity/rules.yaml",
}


def as_json(value: object) -> Any:
    """What an editor sees of a YAML value."""
    if isinstance(value, dict):
        return {str(key): as_json(one) for key, one in value.items()}
    if isinstance(value, list):
        return [as_json(one) for one in value]
    if isinstance(value, Decimal):
        return float(value)
    return value.isoformat() if isinstance(value, date) else value


def fits(name: str, text: str) -> bool:
    """Whether a text is one by the schema of its file."""
    schema = schema_of(MODELS[name], name)
    return jsonschema_rs.is_valid(schema, as_json(parse_strict(text, name)), validate_formats=True)


def test_every_file_people_edit_has_a_schema() -> None:
    assert MODELS.keys() == SHIPPED.keys()


@pytest.mark.parametrize("name", SHIPPED)
def test_the_shipped_file_fits_and_a_misspelt_key_does_not(name: str) -> None:
    text = (CHECKOUT / SHIPPED[name]).read_text(encoding="utf-8")
    assert fits(name, text)
    for key in re.findall(r"^([a-z_]+):", text, re.MULTILINE):
        wrong = re.sub(rf"(?m)^{key}:", f"{key}x:", text, count=1)
        assert not fits(name, wrong), f"{key}x is no key of {name}, and its schema takes it"


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("economics", "value: 0.70", "value: '0.70'"),
        ("economics", "value: 0.70", "value: 1.70"),
        ("economics", "convention: survival", "convention: survive"),
        ("limits", "value: deny", "value: allow"),
        ("limits", "hard: 1", "hard: 0"),
        ("limits", "weekends: true", "weekends: maybe"),
        ("plays", "goal: retention", "goal: retain"),
        ("plays", "hours: 0.5", "hours: yes"),
        ("reports", "unit: week ", "unit: weeks "),
        ("reports", "curve: 12", "curv: 12"),
        ("plays", "role: csm", "rôle: csm"),
        ("segments", "needs: [", "need: ["),
        ("stages", "why:", "wy:"),
    ],
)
def test_a_value_that_is_none_is_marked(name: str, old: str, new: str) -> None:
    text = (CHECKOUT / SHIPPED[name]).read_text(encoding="utf-8")
    assert old in text
    assert not fits(name, text.replace(old, new))


def test_the_command_prints_one_and_writes_all(tmp_path: Path) -> None:
    printed = called("policies", "schema", "limits")
    assert printed.exit_code == 0, printed.output
    assert json.loads(printed.output) == schema_of(MODELS["limits"], "limits.yaml")

    assert called("policies", "schema", "--write", str(tmp_path / "schemas")).exit_code == 0
    assert {one.stem for one in (tmp_path / "schemas").iterdir()} == MODELS.keys()

    with pytest.raises(BadInput, match="no file is called 'limit'; did you mean 'limits'"):
        called("policies", "schema", "limit")
    (tmp_path / "taken").write_text("")
    with pytest.raises(BadInput, match=r"taken: the schemas cannot be written"):
        called("policies", "schema", "--write", str(tmp_path / "taken"))
    with pytest.raises(BadInput, match=r"name a file .*limits.*or say --write"):
        called("policies", "schema")


def called(*arguments: str) -> Result:
    """What a command prints, in this process."""
    return CliRunner().invoke(app, [*arguments], catch_exceptions=False)
