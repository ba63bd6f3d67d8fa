"""The person to reach at each account of a short list, by the way they are reached."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import pyarrow as pa

from tools.warehouse.sql import read_sql

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tools.warehouse.asof.world import World

Way = Literal["email", "phone"]


@dataclass(frozen=True)
class Recipient:
    """A person at an account with what a judge must know; None is not known.

    `unsubscribed` is None where the company keeps no mail, `contact_id` where it knows nobody.
    """

    account_id: str
    contact_id: str | None
    name: str | None
    email: str | None
    phone: str | None
    email_consent: bool | None
    phone_consent: bool | None
    unsubscribed: bool | None
    timezone: str | None
    account_timezone: str | None
    open_high_tickets: int | None
    open_deals: int | None


def recipients(
    world: "World",
    accounts: "Iterable[str]",
    way: Way,
    contacts: "Mapping[str, str | None] | None" = None,
) -> dict[str, Recipient]:
    """The best person to reach at each account by e-mail or by phone, by account.

    `contacts` names, by account, the only person that is asked about.
    """
    asked = sorted(set(accounts))
    only = [(contacts or {}).get(account) for account in asked]
    columns = {
        "account_id": pa.array(asked, pa.string()),
        "contact_id": pa.array(only, pa.string()),
    }
    world.engine.put("asked", pa.table(columns))
    sql = read_sql(__package__, "recipients")
    rows = world.engine.run(sql, as_of=world.as_of, way=way).to_pylist()
    mail = "messages" in world.present
    return {r["account_id"]: _recipient(r, mail=mail) for r in rows}


def _recipient(row: dict[str, object], *, mail: bool) -> Recipient:
    found = Recipient(**row)  # type: ignore[arg-type]  # the columns of the query
    if mail or found.unsubscribed:
        return found
    return replace(found, unsubscribed=None)
