"""How much a long test does: what finds most faults every time, all of it with SWEEP=whole."""

import os

WHOLE = os.environ.get("SWEEP") == "whole"


def examples(whole: int) -> int:
    """So many examples of a law: a third of them every time, all before what it says changes."""
    return whole if WHOLE else max(3, whole // 3)
