"""Header lines of a message, as bytes.

They are written here and not by email.policy: Python 3.11 turns a long link in List-Unsubscribe
into encoded words that no mail program follows, and decodes what only looks like encoded words.
"""

from email.header import Header

from tools.channels.checks import one_line

_ENCODED = "=?"


def header(name: str, value: str) -> bytes:
    """One header with its end of line; words outside ASCII are encoded (RFC 2047).

    Raises:
        Refused: when the value would not stay inside this header.
    """
    one_line(value, name)
    text = _encoded(value, name) if _must_encode(value) else value
    return f"{name}: {text}\r\n".encode("ascii")


def address_header(name: str, person: str | None, address: str) -> bytes:
    """A header that holds one address and, if there is one, a person's name.

    Raises:
        Refused: when the name would not stay inside this header.
    """
    if not person:
        return header(name, address)
    one_line(person, name)
    shown = _encoded(person, name) if _must_encode(person) or len(person) > 200 else _quoted(person)
    return f"{name}: {shown} <{address}>\r\n".encode("ascii")


def _encoded(text: str, name: str) -> str:
    return Header(text, "utf-8", header_name=name).encode(linesep="\r\n")


def _must_encode(text: str) -> bool:
    # What looks like an encoded word would be read as something else than was approved.
    return not text.isascii() or _ENCODED in text or text != text.strip()


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
