"""No id where a label belongs."""

from pathlib import Path

import pytest
import yaml

from tools.labels import label_of_id

ROOT = Path(__file__).parents[1]
PLAYS = yaml.safe_load((ROOT / "policies/plays.yaml").read_text(encoding="utf-8"))["plays"]
WORDS = (
    [one["id"] for one in PLAYS]
    + [one["goal"] for one in PLAYS]
    + [
        "at_risk",
        "win_back",
        "let_progress",
        "accept_churn",
        "do_nothing",
        "gross_margin",
    ]
)


@pytest.mark.parametrize("key", dict.fromkeys(WORDS))
def test_a_label_has_words_and_no_sign_of_an_id(key: str) -> None:
    assert "_" not in label_of_id(key)
    assert label_of_id(key).strip()


def test_a_name_of_its_own_wins() -> None:
    assert label_of_id("deal_call", {"deal_call": "call about the deal"}) == "call about the deal"
    assert label_of_id("at_risk") == "at risk"
