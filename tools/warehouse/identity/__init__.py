"""One customer, one id: records of several systems joined by stable keys, rules as a table."""

from tools.warehouse.identity.resolve import Resolution, domain_key, resolve
from tools.warehouse.identity.rules import IdentityRules, LinkRule, load_rules, standard_rules

__all__ = [
    "IdentityRules",
    "LinkRule",
    "Resolution",
    "domain_key",
    "load_rules",
    "resolve",
    "standard_rules",
]
