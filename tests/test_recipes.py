"""The recipes of the README name every place; here each fails when a place is forgotten."""

import ast
import re
from collections.abc import Callable
from typing import Any

import pytest
import yaml

from agent.outlets import OUTLETS
from config.settings import DELIVER
from policies.rules import RULES
from tests.channels.ways import WAYS
from tests.conftest import CHECKOUT
from tools.customers.features.definitions import definitions
from tools.customers.features.features import QUERIES
from tools.customers.stages.vocabulary import LADDER, STAGES
from tools.labels import label_of_id
from tools.sources.words import SYNONYMS
from tools.warehouse.schema import BY_NAME

README = (CHECKOUT / "README.md").read_text(encoding="utf-8")
RECIPES = dict(
    re.findall(r"^- \*\*(A [a-z ]+)\*\*: (.+?)(?=^- |^$)", README, flags=re.MULTILINE | re.DOTALL)
)


def read(path: str) -> Any:
    return yaml.safe_load((CHECKOUT / path).read_text(encoding="utf-8"))


def source() -> set[str]:
    """`connect` knows names for every table, and no name for a table that is not there."""
    return set(BY_NAME) ^ set(SYNONYMS["files"])


def play() -> set[str]:
    """Each play goes by a channel that the limits know and an outlet carries, and can be read."""
    channels = set(read("policies/limits.yaml")["channels"][-1]["value"]) & DELIVER.keys()
    plays = read("policies/plays.yaml")["plays"]
    return {p["id"] for p in plays if p["channel"] not in channels or "_" in label_of_id(p["id"])}


def feature() -> set[str]:
    """Each feature is read from a query, and each query beside the file is run and used."""
    folder = CHECKOUT / "tools" / "customers" / "features"
    used = {one.query for one in definitions()} - {"", "account", "attributes"}
    return (used ^ QUERIES.keys()) | (used ^ {path.stem for path in folder.glob("*.sql")})


def channel() -> set[str]:
    """Each outlet has a module and is in the contract; each channel of the limits has an outlet."""
    modules = {path.stem for path in (CHECKOUT / "tools" / "channels").glob("*.py")}
    sent = set(read("policies/limits.yaml")["channels"][-1]["value"]) ^ set(DELIVER)
    outlets = set(OUTLETS)
    return (outlets ^ WAYS.keys()) | (outlets - modules) | sent | (set(DELIVER.values()) - outlets)


def report_section() -> set[str]:
    """Each `section.py` is imported where reports are put together."""
    made = {
        node.module
        for name in ("sections", "making")
        for node in ast.walk(ast.parse((CHECKOUT / f"agent/reporting/{name}.py").read_text()))
        if isinstance(node, ast.ImportFrom)
    }
    rooms = (CHECKOUT / "tools" / "reports").glob("*/section.py")
    return {path.parent.name for path in rooms} - {f".{module}".split(".")[-2] for module in made}


def stage() -> set[str]:
    """Each stage stands in a book, on the ladder unless it is its end, and has words."""
    books = read("policies/stages.yaml")["books"]
    written = {entry["stage"] for book in books.values() for entry in book["stages"]}
    return (written ^ set(STAGES)) | (set(LADDER) ^ (set(STAGES) - {"churned"}))


def policy_rule() -> set[str]:
    """Each function of a rule is in the list under its own name, and refuses somebody in a case."""
    cases = read("tests/policies/cases.yaml")["cases"]
    refused = {case[way] for case in cases for way in ("email", "call", "task")}
    written = set(re.findall(r"^def (\w+)\(case: .*RuleAnswer", _rules(), flags=re.MULTILINE))
    unproved = {rule.id for rule in RULES} - refused - {"action", "history"}  # see test_judge
    return unproved | (written ^ {rule.check.__name__ for rule in RULES})


def _rules() -> str:
    folder = CHECKOUT / "policies" / "rules"
    return "".join(path.read_text(encoding="utf-8") for path in folder.glob("*.py"))


PLACES: dict[str, Callable[[], set[str]]] = {
    "A source": source,
    "A play": play,
    "A feature": feature,
    "A channel": channel,
    "A report section": report_section,
    "A stage": stage,
    "A policy rule": policy_rule,
}


def test_the_readme_has_the_recipes_that_are_tested() -> None:
    assert PLACES.keys() == RECIPES.keys()


@pytest.mark.parametrize("recipe", PLACES)
def test_no_place_of_a_recipe_is_forgotten(recipe: str) -> None:
    named = re.findall(r"`([a-z_]+/[\w/.]+)`", RECIPES[recipe])

    assert named
    assert [path for path in named if not (CHECKOUT / path).exists()] == []
    assert PLACES[recipe]() == set()
