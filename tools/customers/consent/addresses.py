"""One writing for every address: what is the same mailbox or telephone compares as equal.

Each rule stands twice, in SQL for whole populations and in Python for one address; a test asks
both the same.
"""

from dataclasses import dataclass

from tools.warehouse.sql import SqlPiece

GMAIL = ("gmail.com", "googlemail.com")
DIGITS = 8  # the last eight digits are the same with and without country and trunk code


@dataclass(frozen=True)
class Mailbox:
    """Which writings of an e-mail address are one mailbox.

    `tags`: `ann+news@x` is `ann@x`; `gmail_dots`: `a.nn@googlemail.com` is `ann@gmail.com`.
    """

    tags: bool = True
    gmail_dots: bool = True


def fold_email(address: str, mailbox: Mailbox) -> str:
    """The writing under which an e-mail address is compared."""
    text = address.strip().lower()
    if text.count("@") != 1:
        return text
    local, domain = text.split("@")
    if mailbox.tags:
        local = local.split("+")[0] or local
    if mailbox.gmail_dots and domain in GMAIL:
        local, domain = local.replace(".", "") or local, GMAIL[0]
    return f"{local}@{domain}"


def fold_phone(number: str) -> str:
    """The last digits of a telephone number, without an extension; '' when there are none.

    A spreadsheet that took the number for a quantity wrote `.0` behind it.
    """
    main = number.strip().lower().replace("(0)", "").split("x")[0].removesuffix(".0")
    return "".join(c for c in main if c in "0123456789").lstrip("0")[-DIGITS:]


def fold(address: str, mailbox: Mailbox) -> str:
    """The writing under which any address is compared: of an e-mail address or of a number."""
    return fold_email(address, mailbox) if "@" in address else fold_phone(address)


def email_sql(column: str, mailbox: Mailbox) -> SqlPiece:
    """`fold_email` of a column, as a piece of a query; NULL for NULL."""
    # DuckDB 2.0 fails to plan this over a Parquet column that is all NULL; COALESCE goes round it.
    text = f"LOWER(TRIM(COALESCE({column}, '')))"
    local, domain = f"SPLIT_PART({text}, '@', 1)", f"SPLIT_PART({text}, '@', 2)"
    if mailbox.tags:
        local = f"COALESCE(NULLIF(SPLIT_PART({local}, '+', 1), ''), {local})"
    folded = f"{local} || '@' || {domain}"
    if mailbox.gmail_dots:
        names = ", ".join(f"'{name}'" for name in GMAIL)
        plain = f"COALESCE(NULLIF(REPLACE({local}, '.', ''), ''), {local})"
        folded = f"CASE WHEN {domain} IN ({names}) THEN {plain} || '@{GMAIL[0]}' ELSE {folded} END"
    one = f"{text} LIKE '%@%' AND NOT {text} LIKE '%@%@%'"
    return SqlPiece(f"NULLIF(CASE WHEN {one} THEN {folded} ELSE {text} END, '')")


def phone_sql(column: str) -> SqlPiece:
    """`fold_phone` of a column, as a piece of a query; NULL for NULL and for what has no digit."""
    main = f"SPLIT_PART(REPLACE(LOWER(TRIM({column})), '(0)', ''), 'x', 1)"
    main = f"REGEXP_REPLACE({main}, '[.]0$', '')"
    digits = f"REGEXP_REPLACE({main}, '[^0-9]', '', 'g')"
    return SqlPiece(f"NULLIF(RIGHT(LTRIM({digits}, '0'), {DIGITS}), '')")
