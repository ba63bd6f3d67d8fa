"""One person among the facts: every record, address, name and number ever known of them."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

from tools.errors import Absent, BadInput, nearest_id
from tools.traces import Traces
from tools.warehouse.asof.world import LAST_DAY
from tools.warehouse.dataset import FACT
from tools.warehouse.hashing import keyed, put_key
from tools.warehouse.identity import resolve
from tools.warehouse.schema import BY_NAME

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tools.warehouse.dataset import Dataset
    from tools.warehouse.engine import DuckEngine
    from tools.warehouse.identity import IdentityRules

SHOWN = 2_000
ROUNDS = 10
MATCHES = pa.schema([("key", pa.string()), ("erasure", pa.string())])
# One row for each state of each record, of all days, with the person and company it belongs to.
RECORDS = """
SELECT
  f.contact_ref AS ref, COALESCE(c.contact_id, f.contact_ref) AS contact_id,
  LOWER(TRIM(f.email)) AS email, TRIM(f.name) AS name, TRIM(f.phone) AS phone,
  COALESCE(a.account_id, f.account_ref, l.account_id) AS account_id
FROM fact_contacts AS f
LEFT JOIN contact_alias AS c ON c.ref = f.contact_ref
LEFT JOIN account_alias AS a ON a.ref = f.account_ref
LEFT JOIN contact_account AS l ON l.contact_id = COALESCE(c.contact_id, f.contact_ref)
"""
CLOSE = """
SELECT DISTINCT r.contact_id AS contact_id FROM records AS r
WHERE r.contact_id IN (SELECT contact_id FROM meant)
  OR r.email IN (
    SELECT e.email FROM records AS e
    WHERE e.contact_id IN (SELECT contact_id FROM meant) AND NOT e.email IS NULL
  )
"""


@dataclass(frozen=True)
class PersonMatch:
    """Somebody who was found: the id they have here, and their traces."""

    contact_id: str
    traces: Traces


def open_records(
    dataset: "Dataset", engine: "DuckEngine", rules: "IdentityRules | None" = None
) -> None:
    """Make `records`: everything ever said of anybody, joined by the tenant's identity rules."""
    for name in ("contacts", "accounts"):
        paths = dataset.paths(dataset.files(FACT, name))
        engine.scan(f"fact_{name}", paths, BY_NAME[name].arrow)
    resolve(LAST_DAY, engine, rules)
    engine.create("records", RECORDS)


def find(engine: "DuckEngine", erasure: str, *, contact: str = "", email: str = "") -> PersonMatch:
    """The person of an id, as here or as in a source, or of an address.

    Records that identity joins are one person, and so are those with the same address: it is
    one person's.

    Raises:
        Absent: when there is nobody of that id or address.
        BadInput: when an id without its system names several people.
    """
    asked = email.strip().lower()
    sql = (
        "SELECT DISTINCT contact_id AS contact_id FROM records WHERE email = $email"
        if asked
        else "SELECT DISTINCT contact_id AS contact_id FROM records "
        "WHERE ref = $id OR contact_id = $id OR ENDS_WITH(ref, $ending)"
    )
    rows = engine.run(sql, **_given(asked, contact)).to_pylist()
    ids = sorted(str(row["contact_id"]) for row in rows)
    if not ids:
        raise _nobody(engine, contact, asked)
    if len(ids) > 1 and not asked:
        raise BadInput(f"contact {contact!r}: several have it; name one of {', '.join(ids[:5])}")
    return PersonMatch(ids[0], _traces(engine, erasure, _closed(engine, ids)))


def known_by(engine: "DuckEngine", erasure: str, keys: "Iterable[str]", secret: bytes) -> Traces:
    """Somebody among the facts of whom only keyed hashes are left; nobody gives empty traces."""
    put_key(engine, secret)
    engine.put("left_key", pa.table({"key": pa.array(list(keys), pa.string())}))
    said = ("'ref ' || r.ref", "r.email")
    rows = engine.run(
        "SELECT DISTINCT n.contact_id AS contact_id FROM ("
        + " UNION ALL ".join(
            f"SELECT r.contact_id AS contact_id, {keyed(text)} AS key "
            f"FROM records AS r CROSS JOIN hash_key AS s WHERE NOT {text} IS NULL"
            for text in said
        )
        + ") AS n INNER JOIN left_key AS k ON k.key = n.key"
    ).to_pylist()
    return _traces(engine, erasure, _closed(engine, sorted(str(r["contact_id"]) for r in rows)))


def returning(
    tables: "Mapping[str, pa.Table]",
    keys: "Iterable[tuple[str, str]]",
    secret: bytes,
    engine: "DuckEngine",
) -> tuple[Traces, ...]:
    """Who of a batch was erased before, by the keyed hashes (key, erasure) kept of them."""
    known = list(keys)
    if not known:
        return ()
    columns = [[key for key, _ in known], [erasure for _, erasure in known]]
    engine.put("erased_key", pa.table(columns, schema=MATCHES))
    put_key(engine, secret)
    _put_named(tables, engine)
    hits = engine.run(
        "SELECT DISTINCT n.ref AS ref, k.erasure AS erasure FROM ("
        f"SELECT ref AS ref, {keyed('text')} AS key FROM named CROSS JOIN hash_key AS s"
        ") AS n INNER JOIN erased_key AS k ON k.key = n.key ORDER BY ref, erasure"
    ).to_pylist()
    return tuple(_returned(hits, tables, engine))


def ref_key(ref: str) -> str:
    """What is hashed of a reference: no address can be the same text."""
    return f"ref {ref}"


def _given(email: str, contact: str) -> dict[str, str]:
    return {"email": email} if email else {"id": contact, "ending": f":{contact}"}


def _nobody(engine: "DuckEngine", contact: str, email: str) -> Absent:
    if email:  # the nearest address would be that of somebody else
        return Absent(f"no contact has the address {email!r}; see how the source writes it")
    rows = engine.run(f"SELECT DISTINCT ref AS it FROM records ORDER BY it LIMIT {SHOWN}")
    hint = nearest_id(contact, [row["it"] for row in rows.to_pylist() if row["it"]])
    return Absent(f"no contact has the id {contact!r}; {hint}")


def _closed(engine: "DuckEngine", ids: "Sequence[str]") -> list[str]:
    """The ids of everybody who is the same person, by address."""
    found = list(ids)
    for _ in range(ROUNDS):
        engine.put("meant", pa.table({"contact_id": pa.array(found, pa.string())}))
        more = sorted(str(row["contact_id"]) for row in engine.run(CLOSE).to_pylist())
        if more == sorted(found):
            break
        found = more
    return found


def _traces(engine: "DuckEngine", erasure: str, ids: "Sequence[str]") -> Traces:
    engine.put("meant", pa.table({"contact_id": pa.array(ids, pa.string())}))
    mine = "records AS r INNER JOIN meant AS m ON m.contact_id = r.contact_id"

    def all_of(column: str) -> tuple[str, ...]:
        rows = engine.run(f"SELECT DISTINCT r.{column} AS it FROM {mine} ORDER BY it").to_pylist()
        return tuple(str(row["it"]) for row in rows if row["it"])

    refs = tuple(sorted({*ids, *all_of("ref")}))
    return _as_traces(
        erasure,
        refs,
        _companies(engine, all_of("account_id")),
        all_of("email"),
        all_of("name"),
        _own_numbers(engine, all_of("phone")),
    )


def _own_numbers(engine: "DuckEngine", phones: "Sequence[str]") -> tuple[str, ...]:
    """The numbers nobody else has: a switchboard is not one person's."""
    engine.put("number", pa.table({"phone": pa.array(phones, pa.string())}))
    rows = engine.run(
        "SELECT DISTINCT r.phone AS phone FROM records AS r "
        "INNER JOIN number AS n ON n.phone = r.phone "
        "WHERE NOT r.contact_id IN (SELECT contact_id FROM meant)"
    ).to_pylist()
    others = {str(row["phone"]) for row in rows}
    return tuple(phone for phone in phones if phone not in others)


def _companies(engine: "DuckEngine", ids: "Sequence[str]") -> tuple[str, ...]:
    """Every id of some companies."""
    engine.put("firm", pa.table({"account_id": pa.array(ids, pa.string())}))
    rows = engine.run(
        "SELECT a.ref AS ref FROM account_alias AS a "
        "INNER JOIN firm AS f ON f.account_id = a.account_id"
    ).to_pylist()
    return tuple(sorted({*ids, *(str(row["ref"]) for row in rows)}))


def _as_traces(
    erasure: str,
    refs: "Iterable[str]",
    accounts: "Iterable[str]",
    emails: "Iterable[str]",
    names: "Iterable[str]",
    phones: "Iterable[str]",
) -> Traces:
    """Traces; an id that is an address is one more address."""
    ids = tuple(refs)
    inside = {ref.split(":", 1)[-1].lower() for ref in ids if "@" in ref}
    return Traces(
        erasure,
        ids,
        tuple(accounts),
        tuple(sorted({*emails, *inside})),
        tuple(names),
        tuple(phones),
    )


def _put_named(tables: "Mapping[str, pa.Table]", engine: "DuckEngine") -> None:
    """Make `named` (ref, text): every reference of a batch, with what may be known of it."""
    parts = []
    for name, rows in tables.items():
        if "contact_ref" not in rows.schema.names:
            continue
        engine.put(f"in_{name}", rows)
        parts.append(
            f"SELECT DISTINCT contact_ref AS ref, CONCAT('ref ', contact_ref) AS text "
            f"FROM in_{name} WHERE NOT contact_ref IS NULL"
        )
    if "contacts" in tables:
        merged = "'ref ' || merged_into"
        said = (
            ("contact_ref", "LOWER(TRIM(email))"),
            ("contact_ref", merged),
            ("merged_into", merged),
        )
        parts += [
            f"SELECT {ref} AS ref, {text} AS text FROM in_contacts WHERE NOT {text} IS NULL"
            for ref, text in said
        ]
    empty = "SELECT CAST(NULL AS TEXT) AS ref, CAST(NULL AS TEXT) AS text WHERE FALSE"
    engine.create("named", " UNION ".join(parts) or empty)


def _returned(
    hits: "Sequence[Mapping[str, str]]", tables: "Mapping[str, pa.Table]", engine: "DuckEngine"
) -> "list[Traces]":
    """The traces a batch gives of those who were erased."""
    rows: list[dict[str, str | None]] = []
    if "contacts" in tables and hits:
        engine.put("hit", pa.table({"ref": pa.array([h["ref"] for h in hits], pa.string())}))
        rows = engine.run(
            "SELECT DISTINCT f.contact_ref AS ref, LOWER(TRIM(f.email)) AS email, "
            "TRIM(f.name) AS name, TRIM(f.phone) AS phone, f.account_ref AS account_ref "
            "FROM in_contacts AS f INNER JOIN hit AS h ON h.ref = f.contact_ref"
        ).to_pylist()
    found = []
    for erasure in sorted({hit["erasure"] for hit in hits}):
        refs = sorted({hit["ref"] for hit in hits if hit["erasure"] == erasure})
        mine = [row for row in rows if row["ref"] in refs]
        said = [
            sorted({str(row[name]) for row in mine if row[name]})
            for name in ("account_ref", "email", "name", "phone")
        ]
        found.append(_as_traces(erasure, refs, *said))
    return found
