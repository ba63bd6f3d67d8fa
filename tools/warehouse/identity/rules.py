"""The identity rules as data: read from YAML, checked, switched on and off."""

from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Literal

from tools.errors import BadRule, nearest
from tools.file_model import read_model
from tools.warehouse.identity.file import IdentityFile, Kind, RuleEntry
from tools.warehouse.identity.words import word_list

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

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
    file = read_model(IdentityFile, text, where, BadRule)
    lists = {**standard.lists}
    for name, entry in file.lists.items():
        lists[name] = word_list(name, entry, standard.lists.get(name, ()), f"{where}: lists.{name}")
    deletion = DeletionRules(file.deletion.contact, file.deletion.account, file.deletion.ranking)
    _once(deletion.ranking, f"{where}: deletion.ranking", "id space")
    if file.rules is None:
        return IdentityRules(standard.rules, lists, deletion)
    rules = [_rule(row, lists, f"{where}: rules[{n}]") for n, row in enumerate(file.rules)]
    _once([rule.name for rule in rules], f"{where}: rules", "name")
    _once([rule.order for rule in rules], f"{where}: rules", "order")
    return IdentityRules(tuple(sorted(rules, key=lambda rule: rule.order)), lists, deletion)


def _once(values: "Sequence[object]", where: str, what: str) -> None:
    for value in values:
        if values.count(value) > 1:
            raise BadRule(f"{where}: the {what} {value!r} is used twice; each stands once")


def _rule(entry: RuleEntry, lists: "Mapping[str, object]", where: str) -> LinkRule:
    _choose(entry.by, BY[entry.kind], f"{where}.by")
    for name in entry.skip:
        _choose(name, tuple(lists), f"{where}.skip")
    return LinkRule(**{name: getattr(entry, name) for name in RuleEntry.model_fields})


def _choose(value: str, choices: tuple[str, ...], where: str) -> None:
    if value not in choices:
        raise BadRule(f"{where}: {value!r} is not known; {nearest(value, choices)}")
