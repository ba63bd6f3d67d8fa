"""Everything an installation keeps, as text in which a person can be looked for."""

from email import message_from_bytes, policy
from pathlib import Path

import duckdb
import psycopg
from psycopg import sql

from tests.agent.homes import Home


def everything(home: Home) -> dict[str, str]:
    """Every file of the home and every table of a server, decoded, by name and in lower case."""
    found = {str(path.relative_to(home.folder)): _file(path)
             for path in sorted(home.folder.rglob("*")) if path.is_file()}  # fmt: skip
    if not home.database.startswith("sqlite"):
        found |= dump(home.database)
    return {name: text.lower() for name, text in found.items()}


def leaks(kept: dict[str, str], terms: set[str]) -> dict[str, set[str]]:
    """Where which of the terms still stands."""
    hits = {name: {term for term in terms if term.lower() in text} for name, text in kept.items()}
    return {name: found for name, found in hits.items() if found}


def dump(url: str) -> dict[str, str]:
    """Every table of a PostgreSQL database, as COPY writes it."""
    address = "postgresql://" + url.split("://", 1)[1]
    found = {}
    with psycopg.connect(address) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        for (name,) in cursor.fetchall():
            with cursor.copy(sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(name))) as copy:
                found[name] = b"".join(bytes(part) for part in copy).decode()
    return found


def _file(path: Path) -> str:
    data = path.read_bytes()
    raw = data.decode("utf-8", errors="replace")
    if path.suffix == ".parquet":
        with duckdb.connect(":memory:") as con:
            return raw + str(con.sql(f"SELECT * FROM '{path}'").fetchall())
    if path.suffix == ".eml":
        message = message_from_bytes(data, policy=policy.default)
        texts = [p.get_content() for p in message.walk() if p.get_content_maintype() == "text"]
        return raw + "\n".join([*map(str, message.values()), *map(str, texts)])
    return raw
