"""The worked examples of `examples.yaml`, each cell of them."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.reports.accounts.made import AS_OF, Told, account, said, the_list
from tools.reports.accounts import AccountList, ListNumbers
from tools.reports.accounts.model import ScoreChange
from tools.reports.accounts.text import score_words

CASES = yaml.safe_load((Path(__file__).parent / "examples.yaml").read_text(encoding="utf-8"))


def told(case: dict[str, Any]) -> Told:
    """A case as relations; days are written as days ago, `until` as days from now."""
    care = [
        said(
            c["account_id"],
            c["kind"],
            day=AS_OF - c.get("day", 0),
            reason=c.get("reason", ""),
            until_day=AS_OF + c["until"] if "until" in c else None,
            value_minor=c.get("value", 10_000) * 100,
            who=c.get("who", "Ann"),
            owner=c.get("owner", "Ann"),
        )
        for c in case.get("care", ())
    ]
    return Told(
        tuple(account(a.pop("id"), **a) for a in [dict(a) for a in case["accounts"]]),
        tuple(care),
        tuple(map(tuple, case.get("known", ()))),
        tuple(map(tuple, case.get("held", ()))),
        tuple((a, p, AS_OF - d) for a, p, d in case.get("way", ())),
        tuple((a, AS_OF - d, p) for a, d, p in case.get("sent", ())),
        tuple((a, AS_OF - d, p) for a, d, p in case.get("kept", ())),
        tuple((a, AS_OF - d, n) for a, d, n in case.get("mails", ())),
        tuple((a, AS_OF - d, n, o) for a, d, n, o in case.get("deals", ())),
        tuple(map(tuple, case.get("drawn", ()))),
        ListNumbers(everybody=case.get("capacity", 12)),
    )


def seen(found: AccountList) -> dict[str, dict[str, Any]]:
    """What the list says of each account, in the words of the examples."""
    rows: dict[str, dict[str, Any]] = {}
    for line in found.lines:
        score, touch = line.account.score, line.account.touch
        rows[line.account.account_id] = {
            "part": "list",
            "state": line.state,
            "holder": line.holder,
            "reason": line.reason,
            "step": line.step.play,
            "others": [one.play for one in line.others],
            "unscored": line.account.unscored,
            "chance": score_words(line, AS_OF),
            "week": _moved(score.week) if score else "",
            "touch": touch.words if touch else "",
            "month": _moved(score.month) if score else "",
        }
    for part, left in (("leave_alone", found.leave_alone), ("let_go", found.let_go)):
        for one in left:
            rows[one.account.account_id] = {
                "part": part,
                "why": one.why,
                "arithmetic": one.arithmetic,
            }
    for lacking in found.unscored:
        rows[lacking.account.account_id] = {"part": "unscored", "why": lacking.why}
    return rows


def _moved(change: ScoreChange | None) -> str:
    if change is None:
        return ""
    return "no real change" if change.points is None else f"{change.points.normalize():f}"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["about"])
def test_the_list_says_what_the_table_says(case: dict[str, Any]) -> None:
    found = seen(the_list(told(case)))

    for name, words in case.get("says", {}).items():
        assert {key: found[name].get(key) for key in words} == words, name
    assert not set(case.get("absent", ())) & set(found)
    order = case.get("order", [])
    assert [name for name in found if name in order] == order
