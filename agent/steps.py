"""The steps of the day's graph: each reads ids, calls one function, keeps its result, returns ids.

Every step may run twice: what it keeps has a name that follows from the day, so the second time
changes nothing. Where a process may be killed between two effects there is a crash point.
"""

import json
from typing import TYPE_CHECKING

from agent.exploration import places_table
from agent.facts import commit, read_company
from agent.heard_noes import SPEAKERS, hear_noes
from agent.snapshots import (
    EVIDENCE,
    FROZEN,
    MODEL,
    PLACES,
    SCORES,
    SEGMENTS,
    write_snapshot,
    write_text,
)
from agent.summary import envelopes_hash, summarise
from approvals.queue import propose
from policies.refusals import refusals_of, unpriced
from tools.errors import LifecycleError
from tools.warehouse.asof.kept_usage import KINDS, LIFE, WINDOWS, keep_usage

if TYPE_CHECKING:
    from collections.abc import Callable

    from agent.day import Day
    from agent.graph import State, Step
    from agent.wiring import Deps
    from tools.store.records import Refusal
    from tools.warehouse.dataset import CommittedFile, Dataset
    from tools.warehouse.engine import DuckEngine


class Steps:
    """The eight steps over one day; the day opens its world when the first number is asked for."""

    def __init__(self, deps: "Deps", day: "Day") -> None:
        self._deps = deps
        self._day = day

    def by_name(self) -> "dict[str, Step]":
        """The steps under their names in the graph."""
        return {
            "read": self.read,
            "score": self.score,
            "stage": self.stage,
            "price": self.price,
            "choose": self.choose,
            "draft": self.draft,
            "queue": self.queue,
            "close": self.close,
        }

    def read(self, _: "State") -> "State":
        """Read the sources and land what is new; an unchanged folder is not read again."""
        found = read_company(self._day.as_of, self._deps)
        if found and found.new.keys() & SPEAKERS:
            hear_noes(self._deps, self._day.as_of)
        return {"batch": found.batch if found else ""}

    def score(self, _: "State") -> "State":
        """Score churn, and keep the model and the scores for the days to come."""
        morning = self._day.morning
        scored = morning.scored
        if scored.model is None:
            return {"model": ""}
        if scored.trained:
            text = scored.model.to_json()
            self._keep(MODEL, lambda: write_text(self._day.as_of, MODEL, text, *self._files))
        query = "SELECT s.*, CAST($day AS INT) AS day FROM scores AS s ORDER BY s.account_id"
        kept = query.replace("$day", str(int(self._day.as_of)))
        self._keep(SCORES, lambda: write_snapshot(self._day.as_of, SCORES, kept, *self._files))
        return {"model": scored.model.version}

    def stage(self, _: "State") -> "State":
        """Stage everybody, and write what changed since the last run."""
        engine = self._day.morning.staged.engine
        inserts = engine.run("SELECT * FROM transition_inserts")
        supersedes = engine.run("SELECT * FROM transition_supersedes")
        self._deps.crash("stage.before_write")
        self._deps.store.transitions.write_diff(self._day.as_of, inserts, supersedes)
        self._deps.crash("stage.written")
        return {"transitions": inserts.num_rows}

    def price(self, _: "State") -> "State":
        """Segment and price everybody, and keep the segments for the outcomes to come."""
        morning = self._day.morning
        _price_list = morning.priced
        learned = morning.learned
        if learned.evidence.as_of == self._day.as_of:
            told = learned.to_json()
            self._keep(EVIDENCE, lambda: write_text(self._day.as_of, EVIDENCE, told, *self._files))
        text = morning.frozen.to_json()
        self._keep(FROZEN, lambda: write_text(self._day.as_of, FROZEN, text, *self._files))
        query = "SELECT account_id, segment FROM segments ORDER BY account_id"
        self._keep(SEGMENTS, lambda: write_snapshot(self._day.as_of, SEGMENTS, query, *self._files))
        return {"priced": len(self._day.head)}

    def choose(self, _: "State") -> "State":
        """Choose and judge, and keep every refusal with its reason."""
        planned = self._day.planned
        self._deps.crash("choose.before_write")
        self._deps.store.refusals.write(self._day.as_of, self._refused())
        self._deps.crash("choose.written")
        self._keep(PLACES, self._written_places)
        chosen = [[c.account_id, c.play, c.nv_minor] for c, _ in planned.chosen]
        return {"choice": self._deps.store.documents.put(json.dumps(chosen))}

    def draft(self, _: "State") -> "State":
        """Put what was chosen into words and seal it; what cannot be put into words is kept too."""
        failed = [
            unpriced(self._day.as_of, candidate.account_id, candidate.play, f"draft: {why}")
            for candidate, why in self._day.drafted.failed
        ]
        if failed:
            self._deps.store.refusals.write(self._day.as_of, [*self._refused(), *failed])
        return {"drafts": envelopes_hash(self._day)}

    def queue(self, state: "State") -> "State":
        """Put the envelopes into the queue; they must be those that were drafted."""
        if envelopes_hash(self._day) != state["drafts"]:
            raise LifecycleError("queue: the envelopes are not those that were drafted")
        self._deps.crash("queue.before_propose")
        queued = propose(
            self._deps.desk(self._day.as_of),
            self._day.as_of,
            self._day.drafted.envelopes,
            self._deps.clock(),
            self._day.withdrawn(),
        )
        self._deps.crash("queue.proposed")
        return {"created": len(queued.entered.created)}

    def close(self, _: "State") -> "State":
        """Keep what tomorrow builds on, and close the day with its summary."""
        world = self._day.morning.world
        self._keep(LIFE, lambda: keep_usage(LIFE, world.as_of, *self._files))
        self._keep(KINDS, lambda: keep_usage(KINDS, world.as_of, *self._files))
        self._keep(WINDOWS, lambda: keep_usage(WINDOWS, world.as_of, *self._files))
        text = summarise(self._day).to_json()
        kept = self._deps.store.documents.put(text)
        self._deps.crash("close.before_finish")
        self._deps.store.runs.finish_run(self._day.as_of, text, self._deps.clock())
        self._deps.crash("close.finished")
        return {"summary": kept}

    def _written_places(self) -> "CommittedFile | None":
        """Who was asked about by which chance, for the outcomes to come."""
        dataset, engine = self._files
        engine.put("places", places_table(self._day.places))
        query = "SELECT *, CAST($day AS INT) AS day FROM places ORDER BY account_id, play"
        query = query.replace("$day", str(int(self._day.as_of)))
        return write_snapshot(self._day.as_of, PLACES, query, dataset, engine)

    def _refused(self) -> "list[Refusal]":
        """Every rule that refused a candidate of the day."""
        day = self._day
        kept = [refusals_of(day.as_of, c.account_id, c.play, v) for c, v in day.planned.refused]
        return [refusal for part in kept for refusal in part]

    @property
    def _files(self) -> "tuple[Dataset, DuckEngine]":
        """Where snapshots go, and the engine they come from."""
        return self._deps.dataset, self._day.morning.engine

    def _keep(self, name: str, write: "Callable[[], CommittedFile | None]") -> None:
        """Write a snapshot and commit it; once committed, its file is never written again."""
        deps, batch = self._deps, f"{name}-{self._day.as_of}"
        if deps.store.manifest.has_batch(batch):
            return
        file = write()
        deps.crash(f"keep.{name}")
        if file is not None:
            commit(batch, "run", [file], deps.dataset, deps.store, deps.clock())
