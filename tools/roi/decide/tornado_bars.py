"""The swings as bars on one scale: of text for a terminal, as percentages for a page."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tools.roi.decide.tornado import Swing

FULL, EMPTY = "█", "·"


def offsets(swings: "Sequence[Swing]", width: int = 100) -> list[tuple[int, int]]:
    """Where each bar starts and how long it is, of `width`, on the scale of all of them."""
    ends = [(min(s.at_low, s.at_high), max(s.at_low, s.at_high)) for s in swings]
    if not ends:
        return []
    low, high = min(a for a, _ in ends), max(b for _, b in ends)
    if low == high:
        return [(0, 0) for _ in ends]
    made = []
    for a, b in ends:
        start = min(int((a - low) / (high - low) * width), width - 1)
        made.append((start, max(int((b - low) / (high - low) * width) - start, 1)))
    return made


def bars(swings: "Sequence[Swing]", width: int) -> list[str]:
    """One bar of text for each swing, from the lower to the higher result it leads to."""
    return [
        EMPTY * start + FULL * length + EMPTY * (width - start - length)
        for start, length in offsets(swings, width)
    ]
