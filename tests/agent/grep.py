"""Everything an installation keeps, as text in which a person can be looked for."""

import io
from email import message_from_bytes, policy
from pathlib import Path

import duckdb
import psycopg
from psycopg import sql
from pypdf import PdfReader
from pypdf.generic import StreamObject

from tests.agent.homes import Home


def everything(home: Home) -> dict[str, str]:
    """Every file of the home and every table of a server, decoded, by name and in lower case."""
    found = texts(home.folder)
    if not home.database.startswith("sqlite"):
        found |= {name: text.lower() for name, text in dump(home.database).items()}
    return found


def texts(folder: Path) -> dict[str, str]:
    """Every file of a folder, decoded, by name and in lower case."""
    return {
        str(path.relative_to(folder)): _file(path).lower()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


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
    return _text(path.suffix, path.read_bytes(), path)


def _text(suffix: str, data: bytes, path: Path) -> str:
    raw = data.decode("utf-8", errors="replace")
    if suffix == ".parquet":
        with duckdb.connect(":memory:") as con:
            return raw + str(con.sql(f"SELECT * FROM '{path}'").fetchall())
    if suffix == ".pdf":
        return raw + _pdf(data)
    if suffix == ".eml":
        message = message_from_bytes(data, policy=policy.default)
        parts = [p for p in message.walk() if not p.is_multipart()]
        texts = [str(p.get_content()) for p in parts if p.get_content_maintype() == "text"]
        files = [
            _text(Path(p.get_filename() or "").suffix, p.get_content(), path)
            for p in parts
            if p.get_content_maintype() != "text"
        ]
        return raw + "\n".join([*map(str, message.values()), *texts, *files])
    return raw


def _pdf(data: bytes) -> str:
    """What a PDF says: its pages, and every object of it, unpacked."""
    pdf = PdfReader(io.BytesIO(data))
    pages = [" ".join(page.extract_text().split()) for page in pdf.pages]
    objects = [pdf.get_object(number) for number in range(1, int(str(pdf.trailer["/Size"])))]
    streams = [
        one.get_data().decode("utf-8", errors="replace")
        for one in objects
        if isinstance(one, StreamObject)
    ]
    return "\n".join([*pages, *map(str, objects), *streams])
