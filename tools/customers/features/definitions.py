"""What each feature is: one definition, with unit, meaning and the tables it needs."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

from pydantic import Field

from tools.file_model import FileModel, Items, Text, read_model

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


class FeatureEntry(FileModel):
    """One feature as the file writes it."""

    unit: Text
    meaning: Text
    theme: Literal["attribute", "billing", "relationship", "support", "usage"]
    type: Literal["bigint", "boolean", "double", "text"]
    from_: Text | None = Field(default=None, alias="from")
    sql: Text | None = None
    needs: Items[Text] = ()
    none: int | bool | None = None


@cache
def definitions() -> tuple[Feature, ...]:
    """All features in the order of the file."""
    text = (files(__package__) / "features.yaml").read_text(encoding="utf-8")
    return parse_features(text, "features.yaml")


def parse_features(text: str, where: str) -> tuple[Feature, ...]:
    """Read features by group; `where` starts every error message."""
    groups = read_model(dict[Text, dict[Text, FeatureEntry]], text, where)
    return tuple(_feature(g, n, e) for g, group in groups.items() for n, e in group.items())


def _feature(group: str, name: str, entry: FeatureEntry) -> Feature:
    return Feature(
        name=name,
        unit=entry.unit,
        meaning=entry.meaning,
        theme=entry.theme,
        query=entry.from_ or ("" if group in ATTRIBUTES else group),
        sql=entry.sql or f"f.{name}",
        type=entry.type,
        needs=entry.needs,
        none=entry.none,
    )


def missing(feature: Feature, present: frozenset[str]) -> tuple[str, ...]:
    """The tables a company lacks for a feature, in the order of the definition."""
    return tuple(table for table in feature.needs if table not in present)
