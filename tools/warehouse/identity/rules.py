"""The identity rules as data: read from YAML, checked, switched on and off."""

from dataclasses import dataclass, fields, replace
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Literal, cast

import yaml

from tools.errors import BadRule, nearest
from tools.reading import load_yaml
from tools.warehouse.identity.words import word_list

if TYPE_CHECKING:
    from collections.abc import Mapping

Kind = Literal["account", "contact", "contact_account"]

BY: dict[Kind, tuple[str, ...]] = {
    "account": ("merged_into", "domain"),
    "contact": ("merged_into", "email", "email_folded"),
    "contact_account": ("account_ref", "email_domain"),
}


@dataclass(frozen=True)
class LinkRule:
    """One way in which records are found to be the same customer."""

    order: int
    name: str
    kind: Kind
    by: str
    description: str
    enabled: bool
    memory: Literal["latest", "ever"] = "latest"
    scope: Literal["any", "across"] = "any"
    max_names: int = 1_000_000
    max_refs: int = 1_000_000
    skip: tuple[str, ...] = ()


@dataclass(frozen=True)
class DeletionRules:
    """What one deleted record of several means for a customer.

    `any`: the customer is gone; `all`: gone when every record is. `ranking` names id spaces, the
    most trusted first: a later word of one overrules the opposite of those behind and not named.
    """

    contact: Literal["any", "all"] = "any"
    account: Literal["any", "all"] = "all"
    ranking: tuple[str, ...] = ()

    def strict(self, table: str) -> bool:
        """Whether one deleted record is enough, for `contacts` or `accounts`."""
        return (self.contact if table == "contacts" else self.account) == "any"


@dataclass(frozen=True)
class IdentityRules:
    """All rules in order, the word lists they skip, and what a deletion means."""

    rules: tuple[LinkRule, ...]
    lists: "Mapping[str, tuple[str, ...]]"
    deletion: DeletionRules = DeletionRules()

    def of(self, kind: Kind) -> tuple[LinkRule, ...]:
        """The rules of a kind that are switched on, in order."""
        return tuple(rule for rule in self.rules if rule.kind == kind and rule.enabled)

    def switched(self, name: str, *, enabled: bool) -> "IdentityRules":
        """The same rules with one of them on or off; BadRule when none has the name."""
        names = [rule.name for rule in self.rules]
        if name not in names:
            raise BadRule(f"no identity rule {name!r}; {nearest(name, names)}")
        return replace(
            self,
            rules=tuple(
                replace(rule, enabled=enabled) if rule.name == name else rule for rule in self.rules
            ),
        )


@cache
def standard_rules() -> IdentityRules:
    """The rules delivered with the project (`rules.yaml` beside this module)."""
    text = (files(__package__) / "rules.yaml").read_text(encoding="utf-8")
    return _rules(text, "rules.yaml", IdentityRules((), {}))


def load_rules(text: str, where: str) -> IdentityRules:
    """Read a tenant's rules from YAML text; `where` (the file) starts every message.

    What the text leaves out (`rules`, a list, `deletion`) is as delivered.

    Raises:
        BadRule: unknown key, list, kind or way to join; a wrong type; a name or order used twice.
    """
    return _rules(text, where, standard_rules())


def _rules(text: str, where: str, standard: IdentityRules) -> IdentityRules:
    table = _mapping(_yaml(text, where), where)
    _known(table, ("rules", "lists", "deletion"), where)
    own = _mapping(table.get("lists", {}), f"{where}: lists")
    lists = {**standard.lists}
    for name, words in own.items():
        lists[name] = word_list(name, words, standard.lists.get(name, ()), f"{where}: lists.{name}")
    rows = table.get("rules", [])
    if not isinstance(rows, list):
        raise BadRule(f"{where}: 'rules' must be a list of rules")
    rules = [_rule(row, lists, f"{where}: rules[{n}]") for n, row in enumerate(rows)]
    for values in ([rule.name for rule in rules], [rule.order for rule in rules]):
        _once(values, where)
    return IdentityRules(
        tuple(sorted(rules, key=lambda rule: rule.order)) if "rules" in table else standard.rules,
        lists,
        _deletion(table.get("deletion", {}), f"{where}: deletion"),
    )


def _deletion(value: object, where: str) -> DeletionRules:
    """What a deletion means; a key left out is as delivered."""
    given: dict[str, Any] = dict(_mapping(value, where))
    _known(given, ("contact", "account", "ranking"), where)
    for kind in ("contact", "account"):
        if kind in given:
            _choose(kind, given[kind], ("any", "all"), where)
    spaces = given.get("ranking", [])
    if not isinstance(spaces, list) or not all(isinstance(s, str) and s for s in spaces):
        raise BadRule(f"{where}.ranking: a list of id spaces was expected, found {spaces!r}")
    if len(set(spaces)) < len(spaces):
        raise BadRule(f"{where}.ranking: name each id space once, found {spaces!r}")
    return DeletionRules(**{**given, "ranking": tuple(spaces)})


def _yaml(text: str, where: str) -> object:
    try:
        return load_yaml(text)
    except yaml.YAMLError as error:
        raise BadRule(f"{where}: not YAML: {str(error).splitlines()[0]}") from error


def _mapping(value: object, where: str) -> "Mapping[str, object]":
    if not isinstance(value, dict):
        raise BadRule(f"{where}: expected keys and values, found {value!r}")
    return value


def _known(table: "Mapping[str, object]", names: tuple[str, ...], where: str) -> None:
    for key in table:
        if key not in names:
            raise BadRule(f"{where}: unknown key {key!r}; {nearest(str(key), names)}")


def _once(values: list[str] | list[int], where: str) -> None:
    for value in values:
        if values.count(value) > 1:  # type: ignore[arg-type]  # a list of one type at a time
            raise BadRule(f"{where}: {value!r} is used by two rules; give each its own")


_CHOICES: dict[str, tuple[str, ...]] = {
    "kind": tuple(BY),
    "memory": ("latest", "ever"),
    "scope": ("any", "across"),
}
_TYPES: dict[str, type] = {
    "order": int, "name": str, "kind": str, "by": str, "description": str, "enabled": bool,
    "memory": str, "scope": str, "max_names": int, "max_refs": int, "skip": list,
}  # fmt: skip


def _rule(value: object, lists: "Mapping[str, object]", where: str) -> LinkRule:
    row: dict[str, Any] = dict(_mapping(value, where))
    _known(row, tuple(_TYPES), where)
    needed = [f.name for f in fields(LinkRule)][:6]
    for name in needed:
        if name not in row:
            raise BadRule(f"{where}: {name!r} is missing; a rule needs {', '.join(needed)}")
    for name, given in row.items():
        if type(given) is not _TYPES[name]:
            raise BadRule(f"{where}.{name}: expected {_TYPES[name].__name__}, found {given!r}")
        _choose(name, given, _CHOICES.get(name), where)
    _choose("by", row["by"], BY[cast("Kind", row["kind"])], where)
    for name in row.get("skip", ()):
        _choose("skip", name, tuple(lists), where)
    return LinkRule(**{**row, "skip": tuple(row.get("skip", ()))})


def _choose(key: str, given: object, choices: tuple[str, ...] | None, where: str) -> None:
    if choices is not None and given not in choices:
        raise BadRule(f"{where}.{key}: {given!r} is not known; {nearest(str(given), choices)}")
