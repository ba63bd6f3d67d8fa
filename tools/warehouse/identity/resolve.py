"""Find out which records are the same customer, as of a day, by the rules in order.

Each rule is a graph of customers and the keys they hold; its connected components become one
customer, named after the record known first, so a newcomer never renames anybody. The relations
made: `contact_records`, `account_records` (the state of every record, with the morning it is
known since and whether it is deleted), `identity_rank` (which id spaces are ranked, the most
trusted first), `merges` (every id given up, into which, by which rule, because of which key,
known when), `refusals` (keys that may join nobody), `contact_alias`, `account_alias` (only records
whose id is another one) and `contact_account` (only contacts that have an account).
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

from tools.warehouse.engine import Engine
from tools.warehouse.identity.hosts import put_ascii_hosts, put_parents
from tools.warehouse.identity.rules import IdentityRules, LinkRule, standard_rules
from tools.warehouse.parts import fills
from tools.warehouse.sql import Parameter, SqlPiece, read_sql
from tools.warehouse.states import states_sql

if TYPE_CHECKING:
    from tools.warehouse.identity.file import Kind

MERGES = pa.schema(
    [
        ("kind", pa.string()),
        ("ref", pa.string()),
        ("id", pa.string()),
        ("into_ref", pa.string()),
        ("rule", pa.string()),
        ("because", pa.string()),
        ("known_day", pa.int32()),
        ("id_day", pa.int32()),
    ]
)
REFUSALS = pa.schema(
    [
        ("kind", pa.string()),
        ("rule", pa.string()),
        ("key_text", pa.string()),
        ("reason", pa.string()),
        ("refs", pa.int64()),
        ("names", pa.int64()),
        ("example", pa.string()),
    ]
)
OWNED = pa.schema([("contact_id", pa.string()), ("account_id", pa.string()), ("rule", pa.string())])
DOMAINS = pa.schema(
    [("domain", pa.string()), ("account_id", pa.string()), ("accounts", pa.int64())]
)
RANKS = pa.schema([("space", pa.string()), ("place", pa.int64())])
WORDS = pa.schema([("rule", pa.string()), ("list", pa.string()), ("word", pa.string())])
COLUMN = {"email_folded": "email"}
# SQL of what stands behind the @ of a contact's address.
HOST = "SPLIT_PART(LOWER(TRIM(c.email)), '@', 2)"
_ALIAS = "SELECT ref AS ref, id AS {kind}_id, rule AS rule FROM merges WHERE kind = $kind"


@dataclass(frozen=True)
class Resolution:
    """What identity did: records that took another's id, keys refused, rounds it took."""

    as_of: int
    contacts_merged: int
    accounts_merged: int
    refused: int
    rounds: int


def resolve(as_of: int, engine: Engine, rules: IdentityRules | None = None) -> Resolution:
    """Make the identity relations from `fact_contacts` and `fact_accounts` as of a day.

    Running it again replaces the relations; a rule switched off leaves no trace.
    """
    rules = rules or standard_rules()
    kinds: tuple[Kind, ...] = ("account", "contact")
    for kind in kinds:
        engine.create(f"{kind}_records", states_sql(f"{kind}s"), as_of=as_of)
    engine.put("identity_rank", _ranks(rules))
    engine.put("merges", MERGES.empty_table())
    engine.put("refusals", REFUSALS.empty_table())
    engine.put("identity_word", _words(rules))
    _put_hosts(engine)
    rounds = 0
    for kind in kinds:
        rounds += sum(_join(as_of, engine, rule) for rule in rules.of(kind))
        engine.create(f"{kind}_alias", _ALIAS.format(kind=kind), kind=kind)
    _own(as_of, engine, rules)
    return _summary(as_of, engine, rounds)


def _ranks(rules: IdentityRules) -> pa.Table:
    spaces = list(rules.deletion.ranking)
    return pa.table([spaces, list(range(1, len(spaces) + 1))], schema=RANKS)


def _words(rules: IdentityRules) -> pa.Table:
    """The words each rule skips."""
    pairs = [(rule.name, name) for rule in rules.rules for name in rule.skip]
    counts = [len(rules.lists[name]) for _, name in pairs]
    rows = [
        [rule for (rule, _), n in zip(pairs, counts, strict=True) for _ in range(n)],
        [name for (_, name), n in zip(pairs, counts, strict=True) for _ in range(n)],
        [word for _, name in pairs for word in rules.lists[name]],
    ]
    return pa.table(rows, schema=WORDS)


def _key(by: str, engine: Engine) -> SqlPiece:
    text = read_sql(__package__, f"key_{by}")
    return SqlPiece(_named(text, engine) if by == "domain" else text)


def domain_key(engine: Engine) -> SqlPiece:
    """SQL of the domain that the column `domain` of a query names, once `resolve` ran."""
    return _key("domain", engine)


def _named(host: str, engine: Engine) -> str:
    """SQL of a host under the name it is looked up by; only where any is written otherwise."""
    if not _count(engine, "identity_host"):
        return host
    known = "SELECT MAX(i.ascii) AS ascii FROM identity_host AS i WHERE i.host ="
    return f"COALESCE(({known} {host}), {host})"


def _put_hosts(engine: Engine) -> None:
    """Make `identity_host` where an account has an international name."""
    foreign = "REGEXP_MATCHES({text}, '[^ -~]')"
    accounts = f"NOT domain IS NULL AND ({foreign.format(text='domain')} OR domain LIKE '%xn--%')"
    hosts: list[str] = []
    if _count(engine, "account_records", accounts):
        key = read_sql(__package__, "key_domain")
        hosts = _texts(engine, f"SELECT DISTINCT {key} AS text FROM account_records")
        hosts += _texts(engine, f"SELECT DISTINCT {HOST} AS text FROM contact_records AS c")
    put_ascii_hosts(engine, (host for host in hosts if not host.isascii()))


def _texts(engine: Engine, query: str) -> list[str]:
    return [row["text"] for row in engine.run(query).to_pylist() if row["text"]]


def _create(engine: Engine, relation: str, query: str, **parameters: Parameter) -> None:
    engine.create(relation, read_sql(__package__, query), **parameters)


def _count(engine: Engine, relation: str, where: str = "TRUE") -> int:
    query = f"SELECT CAST(COUNT(*) AS BIGINT) AS n FROM {relation} WHERE {where}"
    rows = engine.run(query).to_pylist()
    return int(rows[0]["n"])


def _join(as_of: int, engine: Engine, rule: LinkRule) -> int:
    """Apply one rule to the customers found so far; how many rounds it took."""
    pointer = rule.by == "merged_into"
    query = read_sql(__package__, f"{rule.kind}_rows")
    says = SqlPiece(fills(COLUMN.get(rule.by, rule.by), "f", alone=True))
    key = _key(rule.by, engine)
    engine.create("identity_row", query, key=key, says=says, pointer=pointer, as_of=as_of)
    if not _count(engine, "identity_row"):
        return 0
    ever = rule.memory == "ever"
    _create(engine, "identity_held", "held", ever=ever, pointer=pointer, kind=rule.kind)
    _create(
        engine,
        "identity_key",
        "keys",
        pointer=pointer,
        rule=rule.name,
        max_names=rule.max_names,
        max_refs=rule.max_refs,
        across=rule.scope == "across",
    )
    if _count(engine, "identity_key", "reason IS NOT NULL"):
        _append(engine, "refusals", rule)
    if not _count(engine, "identity_key", "reason IS NULL"):
        return 0
    rounds = _components(engine)
    _create(engine, "identity_joined", "joined")
    _append(engine, "merges", rule)
    return rounds


def _append(engine: Engine, relation: str, rule: LinkRule) -> None:
    """Rewrite a relation from itself, by way of another name."""
    _create(engine, "identity_next", relation, kind=rule.kind, rule=rule.name)
    engine.create(relation, "SELECT * FROM identity_next")


def _components(engine: Engine) -> int:
    """Give every node the lowest number in its component; how many rounds it took."""
    _create(engine, "identity_node", "nodes")
    _create(engine, "identity_link", "links")
    engine.create("identity_label", "SELECT node AS node, node AS label FROM identity_node")
    rounds, before, now = 0, -1, _label_sum(engine)
    while now != before:
        _create(engine, "identity_next", "step")
        engine.create("identity_label", "SELECT * FROM identity_next")
        rounds, before, now = rounds + 1, now, _label_sum(engine)
    return rounds


def _label_sum(engine: Engine) -> int:
    """Labels only fall, so an unchanged sum means that nothing changed."""
    query = "SELECT CAST(COALESCE(SUM(label), 0) AS BIGINT) AS total FROM identity_label"
    return int(engine.run(query).to_pylist()[0]["total"])


def _own(as_of: int, engine: Engine, rules: IdentityRules) -> None:
    """Make `contact_account`, one rule after the other."""
    engine.put("contact_account", OWNED.empty_table())
    engine.put("identity_domain", DOMAINS.empty_table())
    named = False
    for rule in rules.of("contact_account"):
        engine.create("identity_owned", "SELECT * FROM contact_account")
        if rule.by == "email_domain":
            _claim_by_domain(as_of, engine, rule, named=named)
        else:
            _create(engine, "identity_claim", "named_claims")
            named = True
        _create(engine, "contact_account", "chosen", rule=rule.name)


def _claim_by_domain(as_of: int, engine: Engine, rule: LinkRule, *, named: bool) -> None:
    """Make `identity_claim` from domains that exactly one account has; note the others."""
    query = read_sql(__package__, "domains")
    key = _key("domain", engine)
    engine.create("identity_domain", query, as_of=as_of, key=key, rule=rule.name)
    _create(engine, "identity_key", "shared_domains")
    _append(engine, "refusals", rule)
    host = SqlPiece(_named(HOST, engine))
    above = engine.run(read_sql(__package__, "parents"), host=host).to_pylist()
    put_parents(engine, ((row["host"], row["domain"]) for row in above))
    query = read_sql(__package__, "domain_claims")
    engine.create("identity_claim", query, host=host, named=named)


def _summary(as_of: int, engine: Engine, rounds: int) -> Resolution:
    merged: dict[Kind, int] = {
        kind: _count(engine, f"{kind}_alias") for kind in ("contact", "account")
    }
    refused = _count(engine, "refusals")
    return Resolution(as_of, merged["contact"], merged["account"], refused, rounds)
