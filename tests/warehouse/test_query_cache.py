"""A kept query is the one that would be made; what is damaged or of another version is not used."""

from pathlib import Path

from tools.warehouse.query_cache import QueryCache
from tools.warehouse.sql import _translated

QUERY = "SELECT a.id AS id, 7 // 2 AS half FROM accounts AS a WHERE a.day < $as_of AND $kept"


def cached(folder: Path, version: str = "1") -> QueryCache:
    """A cache in a folder of its own."""
    return QueryCache(version, folder)


def test_what_is_kept_is_what_was_made(tmp_path: Path) -> None:
    made = _translated(QUERY, "duckdb")
    cached(tmp_path).put(QUERY, "duckdb", *made)

    assert cached(tmp_path).get(QUERY, "duckdb") == made
    assert made[1] == {"as_of", "kept"}


def test_another_query_dialect_or_version_is_not_it(tmp_path: Path) -> None:
    cached(tmp_path).put(QUERY, "duckdb", *_translated(QUERY, "duckdb"))

    assert cached(tmp_path).get(QUERY + " ", "duckdb") is None
    assert cached(tmp_path).get(QUERY, "spark") is None
    assert cached(tmp_path, "2").get(QUERY, "duckdb") is None


def test_what_is_damaged_is_made_again(tmp_path: Path) -> None:
    cached(tmp_path).put(QUERY, "duckdb", *_translated(QUERY, "duckdb"))
    (file,) = tmp_path.iterdir()
    for damage in ("", "{", "[]", '["x"]', "7", "\x00"):
        file.write_text(damage, encoding="utf-8")
        assert cached(tmp_path).get(QUERY, "duckdb") is None


def test_where_nothing_can_be_written_nothing_is_kept(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    folder = tmp_path / "file" / "queries"

    cached(folder).put(QUERY, "duckdb", *_translated(QUERY, "duckdb"))

    assert cached(folder).get(QUERY, "duckdb") is None
