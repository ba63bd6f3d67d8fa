"""Texts kept under their own hash: policies, economics, the definition of a model."""

from hashlib import sha256
from typing import TYPE_CHECKING

from tools.errors import Absent, BadInput
from tools.store.records import Document
from tools.store.rows import insert_new
from tools.store.tables import DocumentRow
from tools.traces import GONE

if TYPE_CHECKING:
    from sqlmodel import Session

    from tools.store.engine import Database


class Documents:
    """Content-addressed texts; the same text is kept once."""

    def __init__(self, database: "Database") -> None:
        self._database = database

    def put(self, text: str) -> str:
        """Keep a text and return its hash."""
        with self._database.write() as session:
            return keep(session, text)

    def get(self, digest: str) -> str:
        """The text of a hash.

        Raises:
            Absent: when a person was erased from it.
            BadInput: when there is none, or when it is no longer the text of its hash.
        """
        with self._database.read() as session:
            row = session.get(DocumentRow, digest)
        if row is None:
            raise BadInput(f"document {digest}: the store has none of that hash")
        if digest_of(row.text) != digest and (GONE in row.text or "erased:" in row.text):
            raise Absent(f"document {digest}: a person who stood in it was erased")
        if digest_of(row.text) != digest:
            raise BadInput(f"document {digest}: the stored text was changed; restore a backup")
        return row.text


def digest_of(text: str) -> str:
    """SHA-256 of a text's UTF-8 bytes, in hexadecimal."""
    return sha256(text.encode()).hexdigest()


def keep(session: "Session", text: str) -> str:
    """Keep a text within a transaction and return its hash."""
    document = Document(digest_of(text), text)
    insert_new(session, DocumentRow, [document])
    return document.sha256
