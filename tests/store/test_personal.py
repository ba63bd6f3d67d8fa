"""Every column of every table is tagged: a new one without a tag is an error here."""

import pytest
from sqlalchemy import text

from tools.store.columns import StoreRow
from tools.store.compact import compact, compact_file
from tools.store.personal import PERSONAL, erased_by, tombstone
from tools.store.store import Store
from tools.warehouse.personal import PERSONAL as FACTS
from tools.warehouse.personal import untagged
from tools.warehouse.schema import TABLES, USAGE


def test_every_column_of_the_store_is_tagged_once_and_no_tag_is_of_none() -> None:
    columns = {name: set(table.c.keys()) for name, table in StoreRow.metadata.tables.items()}

    assert {name: set(tags) for name, tags in PERSONAL.items()} == columns


def test_what_is_about_people_by_its_name_is_not_tagged_as_nothing() -> None:
    """Another route to the same answer: by the words of the names."""
    telling = ("contact", "email", "phone", "recipient", "note", "detail", "envelope", "mailbox")
    wrong = [
        f"{table}.{column}"
        for table, tags in PERSONAL.items()
        for column, tag in tags.items()
        if tag == "no" and any(word in column for word in telling)
    ]

    assert wrong == []


def test_every_column_of_the_facts_is_tagged() -> None:
    assert untagged() == ()
    assert set(FACTS) == {table.name for table in TABLES} | {"usage"}
    assert set(FACTS["usage"]) == set(USAGE.names)
    for table in TABLES:
        refs = {c.name for c in table.columns if c.name == "contact_ref"}
        assert all(FACTS[table.name][name] == "contact" for name in refs)


def test_a_tombstone_names_its_erasure_and_no_envelope_is_taken_for_one() -> None:
    assert erased_by(tombstone("e12")) == "e12"
    assert erased_by('{"as_of":1}') is None


def test_after_compacting_what_was_deleted_is_in_no_page(store: Store) -> None:
    url = store.database.url.render_as_string(hide_password=False)
    with store.database.write() as session:
        session.connection().execute(text("INSERT INTO document VALUES ('x', 'canary of old')"))
    with store.database.write() as session:
        session.connection().execute(text("DELETE FROM document"))
    compact(url)
    compact(url)

    if store.database.url.get_backend_name() == "sqlite":
        path = str(store.database.url.database)
        compact_file(path)
        with open(path, "rb") as file:  # noqa: PTH123 - the raw bytes
            assert b"canary of old" not in file.read()


@pytest.mark.parametrize("text_", ['{"erased":"e1"', "x"])
def test_what_is_no_tombstone_is_not_read_as_one(text_: str) -> None:
    if text_.startswith("{"):
        with pytest.raises(ValueError, match=r".+"):
            erased_by(text_)
    else:
        assert erased_by(text_) is None
