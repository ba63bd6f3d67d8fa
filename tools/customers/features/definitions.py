"""What each feature is: one definition, with unit, meaning and the tables it needs."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from tools.reading import load_yaml

ATTRIBUTES = frozenset({"account", "attributes"})


@dataclass(frozen=True)
class Feature:
    """One feature of an account; `sql` reads alias f (its query) and a (the account)."""

    name: str
    unit: str
    meaning: str
    theme: str
    query: str
    sql: str
    type: str
    needs: tuple[str, ...]
    none: int | float | bool | None


@cache
def definitions() -> tuple[Feature, ...]:
    """All features in the order of the file."""
    text = (files(__package__) / "features.yaml").read_text(encoding="utf-8")
    groups: dict[str, dict[str, dict[str, Any]]] = load_yaml(text)
    return tuple(_feature(g, n, d) for g, group in groups.items() for n, d in group.items())


def _feature(group: str, name: str, given: dict[str, Any]) -> Feature:
    query = given.get("from", "" if group in ATTRIBUTES else group)
    return Feature(
        name=name,
        unit=given["unit"],
        meaning=given["meaning"],
        theme=given["theme"],
        query=query,
        sql=given.get("sql", f"f.{name}"),
        type=given["type"],
        needs=tuple(given.get("needs", ())),
        none=given.get("none"),
    )


def missing(feature: Feature, present: frozenset[str]) -> tuple[str, ...]:
    """The tables a company lacks for a feature, in the order of the definition."""
    return tuple(table for table in feature.needs if table not in present)
