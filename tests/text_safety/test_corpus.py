"""What hides is refused with its place, and what is only foreign is not."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from policies.words import judge_words
from tools.text_safety.characters import hidden_places, look_alikes
from tools.text_safety.inert import inert
from tools.text_safety.links import find_links, links_in, phones_in

CORPUS: dict[str, Any] = yaml.safe_load(
    (Path(__file__).parent / "corpus.yaml").read_text(encoding="utf-8")
)
HOSTS = ("help.example.com",)
RULES = {"links": "links", "letters": "letters", "visible": "hidden", "amounts": "amounts"}
BEFORE = ("More seats?", "Hello Ann,\n")
FRAMES = ("{}", "Hello Ann, {} is it.", "look:\n{}\nBye", "({})")


def denied(subject: str, body: str) -> dict[str, str]:
    found = judge_words(BEFORE, (subject, body), HOSTS)
    return {one.rule_id: one.reason for one in found if one.outcome == "deny"}


@pytest.mark.parametrize("frame", FRAMES)
@pytest.mark.parametrize(
    ("rule", "text"),
    [(f"words_{rule}", text) for rule, name in RULES.items() for text in CORPUS[name]],
)
def test_a_disguise_is_refused_wherever_it_stands(rule: str, text: str, frame: str) -> None:
    assert rule in denied("s", frame.format(text))
    assert denied(frame.format(text).replace("\n", " "), "b")


@pytest.mark.parametrize("text", CORPUS["honest"])
def test_an_honest_text_of_any_language_passes(text: str) -> None:
    assert denied("s", text) == {}


def test_the_words_that_were_there_may_be_said_better() -> None:
    before = ("20 % for you", "20 % off until EUR 500, see evil.com, call +49 30 1234567.\n")
    after = ("Twenty percent", "Until 500 EUR it is ２０ per cent; evil.com or +49 30 1234567.\n")
    rules = {f.rule_id for f in judge_words(before, after, ()) if f.outcome == "deny"}

    assert rules == {"words_letters"}  # the full-width figure itself
    said = tuple(text.replace("２０", "20") for text in after)
    assert {f.outcome for f in judge_words(before, (said[0], said[1]), ())} == {"pass"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "one\nр\u0430ypal now",
            "U+0440 CYRILLIC SMALL LETTER ER looks like 'p' in 'раypal', line 2",
        ),
        ("one\ntwo\na zero\u200bwidth", "U+200B ZERO WIDTH SPACE in 'a zerowidth', line 3"),
    ],
)  # fmt: skip
def test_the_message_says_which_character_where_and_what_to_do(text: str, said: str) -> None:
    [reason] = denied("s", text).values()

    assert said in reason
    assert "of the text" in reason
    assert "type the word" in reason


@pytest.mark.parametrize("frame", FRAMES)
@pytest.mark.parametrize("text", CORPUS["links"])
def test_what_is_filled_in_leads_nowhere(text: str, frame: str) -> None:
    shown = inert(frame.format(text))

    assert links_in(shown) == ()
    assert phones_in(shown) == ()
    assert inert(shown) == shown


@pytest.mark.parametrize("text", [one for one in CORPUS["honest"] if "help.example" not in one])
def test_an_honest_name_is_filled_in_as_it_is(text: str) -> None:
    assert inert(text) == text


PARTS = st.sampled_from([*CORPUS["links"], *CORPUS["hidden"], ".", "/", "a", " ", "com", "@", "+"])


@given(st.lists(PARTS, max_size=6).map("".join))
def test_whatever_is_put_together_leads_nowhere(text: str) -> None:
    shown = inert(text)

    assert links_in(shown) == ()
    assert phones_in(shown) == ()


@given(st.text())
def test_any_text_can_be_looked_at(text: str) -> None:
    find_links(text)
    look_alikes(text)
    hidden_places(text)
    judge_words(BEFORE, ("s", text), HOSTS)
