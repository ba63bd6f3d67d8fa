"""Facts of many actions at once, so read that what cannot be read keeps back nothing else."""

from typing import TYPE_CHECKING

import structlog

from approvals.live_facts import Facts, FactSource, Unread

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from approvals.live_facts import Subject

log = structlog.get_logger(__name__)
# So many failed readings at once; what is left then waits a little, and is read the next time.
MOST_FAILURES = 32
OMITTED = "nothing is known of it; was its play {play!r} renamed or removed in plays.yaml?"


class FactReader:
    """Asks a source for all at once and, when that fails, for halves of them."""

    def __init__(self, source: FactSource) -> None:
        """Nothing is asked before the first question."""
        self._source = source
        self._failures = 0

    def __call__(self, subjects: "Sequence[Subject]") -> "Mapping[str, Facts | Unread]":
        """What is known of each by its id, or why it cannot be read at this moment."""
        self._failures = 0
        return self._read(subjects)

    def _read(self, subjects: "Sequence[Subject]") -> "dict[str, Facts | Unread]":
        try:
            known = self._source(subjects) if subjects else {}
        except Exception as error:
            if not self._failures:
                log.exception("dispatch.facts_failed", error=type(error).__name__)
            self._failures += 1
            return self._halves(subjects, words_of(error))
        return {
            one.id: known.get(one.id) or Unread(OMITTED.format(play=one.play)) for one in subjects
        }

    def _halves(self, subjects: "Sequence[Subject]", why: str) -> "dict[str, Facts | Unread]":
        half = len(subjects) // 2
        if not half or self._failures >= MOST_FAILURES:
            return {one.id: Unread(why) for one in subjects}
        return {**self._read(subjects[:half]), **self._read(subjects[half:])}


def words_of(error: Exception) -> str:
    """What an error says, with its kind, in a line."""
    return " ".join(f"{type(error).__name__}: {error}".split())[:300]
