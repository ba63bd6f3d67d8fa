"""Who may do what, as it stands in this transaction: a role taken away counts at once."""

from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlmodel import col

from tools.store.tables import PersonRow

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlmodel import Session


class Roles:
    """The roles of one transaction."""

    def __init__(self, session: "Session") -> None:
        self._session = session

    def of(self, people: "Iterable[str]") -> dict[str, str]:
        """The roles of those among some people who are active; the others are left out."""
        query = select(col(PersonRow.id), col(PersonRow.role)).where(
            col(PersonRow.id).in_(sorted(set(people))), col(PersonRow.active)
        )
        return {str(person): str(found) for person, found in self._session.execute(query)}

    def names(self, people: "Iterable[str]") -> dict[str, str]:
        """The names of people by id, active or not."""
        query = select(col(PersonRow.id), col(PersonRow.name)).where(
            col(PersonRow.id).in_(sorted(set(people)))
        )
        return {str(person): str(found) for person, found in self._session.execute(query)}
