"""The one way to a terminal: what is printed can neither move its cursor nor pass for our words.

Names of companies, reasons, file names and errors come from outside. Whatever of them a terminal
would obey is named instead (`[U+001B]`), and `[red]` is text unless we say that it is markup.
"""

import json
import re
from functools import cache
from typing import TYPE_CHECKING, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.segment import Segment

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import ConsoleOptions, RenderableType
    from rich.text import Text

_PLAIN = re.compile(r"[ -~\n\t]*")
_BETWEEN = re.compile(r"\s*[\n\r\v\f\x85\u2028\u2029]\s*")
_IN_JSON = re.compile("[\x7f-\U0010ffff]")


class SafeConsole(Console):
    """A console on which text from outside does nothing; markup is on where it is asked for."""

    def __init__(self, **options: Any) -> None:
        """Take the options of rich's console."""
        super().__init__(markup=False, emoji=False, **options)

    def render_str(self, text: str, **options: Any) -> "Text":
        """Every text on its way to a table, a panel or a line."""
        return super().render_str(visible(text), **options)

    def render(
        self, renderable: "RenderableType", options: "ConsoleOptions | None" = None
    ) -> "Iterable[Segment]":
        """Every piece that is written, also of what was made as rich's own text."""
        for piece in super().render(renderable, options):
            yield piece if piece.control else Segment(visible(piece.text), piece.style)


def visible(text: str) -> str:
    """A text with the names of what cannot be seen, or what a terminal obeys, in their places."""
    if _PLAIN.fullmatch(text):
        return text
    return "".join(_named(char) for char in text)


def one_line(text: str) -> str:
    """The same on one line, so that no name can write a line of its own."""
    return visible(_BETWEEN.sub(" ", text))


def plain(text: str) -> str:
    """The same inside of markup of ours."""
    return escape(one_line(text))


@cache
def _named(char: str) -> str:
    odd = _odd(char)
    return f"[{odd[0]}]" if odd else char


def _odd(char: str) -> tuple[str, ...]:
    from policies.words import hidden_characters  # noqa: PLC0415 - few texts have any

    return hidden_characters(char)


def echo(text: str) -> None:
    """Write text for programs as it is, but for what a terminal would obey."""
    typer.echo("\r\n".join(map(visible, text.split("\r\n"))), nl=False)


def echo_json(value: object, indent: int | None = 1) -> None:
    """Write a value as JSON in which a terminal finds nothing to obey; it reads the same."""
    echo_document(json.dumps(value, ensure_ascii=False, indent=indent, default=str) + "\n")


def echo_document(text: str) -> None:
    """Write JSON that is made already, in the same way."""
    typer.echo(safe_json(text), nl=False)


def safe_json(text: str) -> str:
    """The same JSON with everything that cannot be seen as an escape; control signs are already."""
    return _IN_JSON.sub(_escaped, text)


def _escaped(found: "re.Match[str]") -> str:
    char = found[0]
    return json.dumps(char)[1:-1] if _odd(char) or char == "\x7f" else char
