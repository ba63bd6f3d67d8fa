"""What a reviewer must know of names and plans that are filled into the words."""

from typing import TYPE_CHECKING

from policies.nouns import Finding
from tools.text_safety.amounts import amounts_in
from tools.text_safety.characters import look_alikes
from tools.writers.template import filled, plain

if TYPE_CHECKING:
    from collections.abc import Mapping

RULE = "filled_in"
# What people and systems write; figures are ours.
WRITTEN = ("account", "contact", "owner", "plan")


def odd_facts(facts: "Mapping[str, str]", contact: str | None = None) -> tuple[Finding, ...]:
    """One finding for each fact that would be a link, says an amount or hides its letters.

    `contact` is the name of the person as it is known, of whom the words may not use it.
    """
    said = [(name, plain(facts[name])) for name in WRITTEN if name in facts]
    why = [reason for name, text in said for reason in _odd(name, text)]
    unused = plain(contact or "")
    if "contact" not in facts and filled(unused) != unused:
        why.append(f"contact {unused!r} is no name to greet by: mail programs make a link of it")
    return tuple(Finding(RULE, "ask", reason) for reason in why)


def _odd(name: str, text: str) -> list[str]:
    why = []
    if filled(text) != text:
        why.append(
            f"{name} {text!r} is written as {filled(text)!r}, so that no mail program makes a link "
            "or a call of it"
        )
    if found := amounts_in(text):
        why.append(f"{name} {text!r} says an amount, {found[0][1]!r}; read the words with it")
    if letters := look_alikes(text):
        why.append(f"{name} {text!r}: {letters[0].words}; look whether it is who it says")
    return why
