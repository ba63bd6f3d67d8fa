"""Ask a question about a customer, a deal or a segment, and see the whole arithmetic."""

from typing import TYPE_CHECKING, Annotated

import typer

from agent.commands.console import AsOf, Home, console, is_home, last_day, opened
from agent.commands.decide_text import show_decision, show_questions
from agent.commands.gate import Json
from agent.commands.terminal import echo_json
from agent.decision_facts import SubjectName, plain_subject, subject_of
from agent.run import open_morning
from config.settings import read_settings
from tools.errors import BadInput, nearest
from tools.roi.decide import QUESTIONS, DecisionSubject, decide, question_of
from tools.roi.decide.aliases import base_of, names_of
from tools.roi.decide.record import questions_record, record

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

HOW = "As margin=0.65; margin_low=0.5 margin_high=0.7. arr and mrr are revenue."
OPTIONS = ("account", "deal", "segment", "json", "home", "as_of")


def register(app: typer.Typer) -> None:
    """Add the command."""
    settings = {"ignore_unknown_options": True}
    app.command("decide", context_settings=settings)(ask)


def ask(
    question: Annotated[str, typer.Argument(help=f"One of {', '.join(QUESTIONS)}.")] = "",
    inputs: Annotated[
        list[str] | None,
        typer.Argument(help=HOW),
    ] = None,
    account: Annotated[str, typer.Option(help="Fill in what is known of this account.")] = "",
    deal: Annotated[str, typer.Option(help="Fill in what is known of this deal.")] = "",
    segment: Annotated[str, typer.Option(help="Fill in what is known of this segment.")] = "",
    json_: Json = False,
    as_of: AsOf = None,
    home: Home = None,
) -> None:
    """Accept, accelerate, concede, campaign A or B, retain, expand, intervene: with the sums."""
    if not question:
        if json_:
            echo_json(questions_record())
        else:
            show_questions()
        return
    asked = question_of(question)
    typed = typed_inputs(inputs or [], tuple(asked.specs))
    about = SubjectName(account.strip(), deal.strip(), segment.strip())
    found = decide(asked.key, typed, _subject(asked.key, about, as_of, home))
    if json_:
        echo_json(record(found))
    else:
        show_decision(found, console)


def _subject(
    question: str, about: SubjectName, as_of: str | None, home: "Path | None"
) -> DecisionSubject:
    """What is known; a question of figures alone needs no installation."""
    if about.nothing and home is None and as_of is None and not is_home(read_settings(home=home)):
        return DecisionSubject()
    with opened(home) as deps:
        if about.nothing:
            return plain_subject(deps.rulebook.economics, last_day(deps, as_of))
        return subject_of(open_morning(deps, last_day(deps, as_of)), question, about)


def typed_inputs(words: "Sequence[str]", names: "Sequence[str]") -> dict[str, str]:
    """Inputs as a person writes them: `margin=0.65`, `--margin=0.65` or `--margin 0.65`.

    Raises:
        BadInput: a word that is no such pair, or an input that is given twice.
    """
    found: dict[str, str] = {}
    left = list(words)
    while left:
        word = left.pop(0)
        name, sign, value = word.lstrip("-").partition("=")
        if not sign:
            if not word.startswith("--") or not left:
                raise BadInput(_no_pair(word, names))
            value = left.pop(0)
        name = name.strip().lower().replace("-", "_")
        if base_of(name) not in names_of(names):
            raise BadInput(
                f"no input or option is called {name[:40]!r}; "
                + nearest(name, [*names_of(names), *OPTIONS])
            )
        if name in found:
            raise BadInput(f"{name} is given twice: {found[name]} and {value}")
        if not value.strip():
            raise BadInput(f"{name}: nothing stands behind the =; ? says that it is not known")
        found[name] = value
    return found


def _no_pair(word: str, names: "Sequence[str]") -> str:
    known = nearest(word.lstrip("-").replace("-", "_"), [*names, *OPTIONS])
    return f"{word[:60]!r}: write an input as name=value, as in {names[0]}=…; {known}"
