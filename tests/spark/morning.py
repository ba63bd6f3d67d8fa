"""One morning on an engine: the calls of the agent, and of every report, in order."""

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import pyarrow as pa

from tests.policies.made import limits as delivered_limits
from tests.reports.work_made import busy
from tests.spark.company import AS_OF, LAST_RUN
from tests.spark.models import EBM, MODELS, USES
from tools.customers import churn, stages
from tools.customers.account_profile import portraits
from tools.customers.churn.definition import choose_definition
from tools.customers.churn.training_data import first_fact_day, outcomes, read_snapshot
from tools.customers.features import make_features
from tools.customers.recipients import Recipients
from tools.customers.segments import assign as segments
from tools.customers.segments.outcomes import outcomes as segment_outcomes
from tools.customers.segments.proposal import propose
from tools.reports.accounts import ListNumbers, ListRequest, make_accounts, make_lines, read_list
from tools.reports.accounts.terms import (
    CARE,
    DRAWN,
    HELD_BACK,
    KNOWN,
    RECENT_SCORES,
    SENT,
    UNDER_WAY,
)
from tools.reports.agent_activity.measure import measure_work
from tools.reports.agent_activity.relations import put_work
from tools.reports.attribution.conversions import KINDS, make_paths
from tools.reports.attribution.measure import attribute
from tools.reports.attribution.unit_economics import measure_units
from tools.reports.audit.measure import audit
from tools.reports.backtest.rankings import rank
from tools.reports.changes.weekly_series import read_tracks
from tools.reports.context import ReportContext
from tools.reports.incrementality.measure import OutcomeWindows as Effects
from tools.reports.incrementality.observations import KEPT_PLACES, make_observations
from tools.reports.internal import Internal, leave_out
from tools.reports.restatement.late_dates import late_dates
from tools.reports.retention.measure import measure_retention
from tools.reports.retention.section import make_retention
from tools.reports.retention.spec import RetentionQuestion, RetentionSpec
from tools.reports.revenue.movements import measure_movements
from tools.reports.revenue.net_retention import measure_net_retention
from tools.reports.revenue.section import make_money
from tools.reports.revenue.spec import DatedRate, MoneySpec
from tools.reports.segments.measure import measure_segments
from tools.reports.stages.measure import measure_stages
from tools.reports.trials.measure import measure_trials
from tools.roi import shortlist
from tools.roi.exploration import Lottery
from tools.roi.learned.evidence import gather_evidence
from tools.roi.open_deals import put_open_deals
from tools.roi.price import price, unpriced_counts
from tools.roi.rates import Windows
from tools.warehouse.asof.world import World, open_world
from tools.warehouse.dataset import FACT
from tools.warehouse.identity.rules import standard_rules
from tools.warehouse.schema import BY_NAME
from tools.warehouse.sql import read_sql

if TYPE_CHECKING:
    from tests.spark.company import Company
    from tests.spark.pair import PairEngine

STEPS = (
    "landed", "opened", "featured", "scored", "staged", "staged_in_part", "segmented", "priced",
    "addressed", "listed", "kept", "earned", "written", "lived", "worked", "bare", "narrowed",
    "audited",
)  # fmt: skip
ARMS = pa.schema([("account_id", pa.string()), ("arm", pa.string()), ("day", pa.int32())])
RETENTION = (
    RetentionSpec(),
    RetentionSpec(mode="on_or_after", buckets=(0, 1, 6), incomplete="mark", min_size=1),
    RetentionSpec(
        entity="account", birth="first_activity", mode="bracket", brackets=((1, 8), (8, 29)),
        unit="day", cohort="week", base="previous",
    ),
    RetentionSpec(
        entity="account", birth="first_purchase", returns="purchases", clock="calendar",
        unit="month", buckets=(0, 1, 2, 3), incomplete="mark",
    ),
    RetentionSpec(entity="account", birth="assigned", breakdown="play_arm"),
    RetentionSpec(
        entity="subscription", birth="first_paid", returns="paid", clock="calendar",
        unit="month", buckets=(0, 1, 2, 3), incomplete="mark", breakdown="plan",
    ),
)  # fmt: skip
ASKED = RetentionQuestion(
    RetentionSpec(entity="account"), curve=3, breakdowns=("segment", "acquisition")
)
EUROS = (
    DatedRate("USD", 0, Decimal("0.9"), "made up"), DatedRate("GBP", 0, Decimal("1.2"), "made up"),
    DatedRate("XXX", 0, Decimal(1), "made up"),
)  # fmt: skip

# Two rules are enough for the audit to have something joined; one of them is off in a run.
_ON = {"contact_same_folded_email", "account_named"}
AUDITED = replace(
    standard_rules(),
    rules=tuple(replace(rule, enabled=rule.name in _ON) for rule in standard_rules().rules),
)


class Morning:
    """The steps of a day over two engines; each names itself for the log."""

    def __init__(self, company: "Company", pair: "PairEngine") -> None:
        self._company, self._pair = company, pair
        self.world = World(AS_OF, pair, frozenset())

    def run(self) -> None:
        """Every step, each on what the ones before it made."""
        for step in STEPS:
            self._pair.step = step
            getattr(self, step)()

    def landed(self) -> None:
        """Events rolled up by day, as they are once when they land."""
        dataset = self._company.dataset
        paths = dataset.paths(dataset.files(FACT, "events"))
        self._pair.scan("sifted", paths, BY_NAME["events"].arrow)
        self._pair.create("rolled", read_sql("tools.warehouse", "rollup"))

    def opened(self) -> None:
        """Facts as of the day, identity, the relations every calculator reads."""
        self.world = open_world(AS_OF, self._pair, self._company.dataset)

    def featured(self) -> None:
        """Every feature."""
        make_features(self.world)

    def scored(self) -> None:
        """Every tier's scores; what a model learns from; its drivers and alarms."""
        for model in MODELS.values():
            churn.score(self.world, model)
            accounts = self._first("scores", 9)
            churn.drivers(self.world, model, accounts, before="scores")
            churn.drift(self.world, model)
        for definition in (choose_definition(self.world), USES):
            first_fact_day(self.world, definition)
            read_snapshot(self.world, definition)
            outcomes(self.world, definition, [AS_OF - 120, AS_OF - 60])

    def staged(self) -> None:
        """The timeline of everybody, the roster, and what the store must change."""
        rules, present = self._company.rules.stages, self.world.present
        self._pair.put("score_log", self._company.score_log)
        self._pair.put("stored_transitions", self._company.stored_transitions)
        stages.make_timeline(AS_OF, self._pair, present, rules)
        stages.make_roster(self._pair, present, rules)
        stages.transition_diff(AS_OF, self._pair, rules, last_run=LAST_RUN)

    def staged_in_part(self) -> None:
        """The same for those alone whose stage can have moved since the last run."""
        rules, present = self._company.rules.stages, self.world.present
        self._pair.put("changed", self._company.changed)
        stages.make_touched(AS_OF, self._pair, present, rules, LAST_RUN)
        stages.make_timeline(AS_OF, self._pair, present, rules, touched_only=True)
        stages.make_roster(self._pair, present, rules, touched_only=True)
        stages.transition_diff(AS_OF, self._pair, rules, last_run=LAST_RUN, touched_only=True)

    def segmented(self) -> None:
        """Thresholds, segments, and what became of such accounts."""
        rules, present = self._company.rules.segments, self.world.present
        frozen = segments.freeze(AS_OF, self._pair, rules, present)
        self._pair.put("segment_history", self._company.segment_history)
        for small in (True, False):
            chosen = replace(frozen, small=small)
            segments.assign(AS_OF, self._pair, rules, chosen)
            active = segments.active_segments(rules, chosen)
            segment_outcomes(AS_OF, self._pair, rules, active, present)

    def priced(self) -> None:
        """Every play for every account, the ranked head, and what was left alone."""
        rules, days = self._company.rules, dict(self._company.rules.segments.windows)
        windows = Windows(
            EBM.definition.horizon_days, {n: days[n] for n in ("churn", "expansion", "return")}
        )
        price(AS_OF, self._pair, rules.plays, rules.economics, self.world.present, windows)
        unpriced_counts(self._pair)
        ranked = shortlist.head(self._pair, 20)
        shortlist.alternatives(self._pair, [c.account_id for c in ranked[:9]])
        cells = {(play.id, segment) for play in rules.plays for segment in play.segments}
        held = [(rules.plays[0].id, ranked[1].account_id)]
        put_open_deals(AS_OF, self._pair, rules.economics)
        rank(AS_OF, self._pair, 20, None)
        lottery = Lottery(self._pair, "a keyed hash", cells, [ranked[0].account_id], held)
        assert len(lottery.next_pairs(0, 20)) == 20

    def addressed(self) -> None:
        """Portraits and the person to reach."""
        accounts = self._first("accounts", 30)
        portraits(self.world, accounts)
        asker, limits = Recipients(self.world), delivered_limits()
        best = [asker.best(accounts, limits.reach(one)) for one in ("email", "call")]
        asker.reported(person for people in best for person in people.values())

    def listed(self) -> None:
        """The CSM's list: somebody has an account, somebody was written to, something is barred."""
        some = self._first("accounts", 12)
        scores = self._pair.run(
            "SELECT s.account_id AS account_id, c.day AS day, s.tier AS tier, s.model AS model, "
            "CAST((c.day * 7 + 3) % 20 AS DOUBLE) / 20e0 AS probability FROM scores AS s "
            "INNER JOIN calendar AS c ON c.day >= $first AND c.day < $as_of",
            first=AS_OF - 33,
            as_of=AS_OF,
        )
        care = [
            {
                "account_id": a,
                "kind": kind,
                "who": "Ann",
                "owner": "Ann",
                "reason": "",
                "value_minor": 1_000,
                "day": AS_OF - 1,
                "until_day": AS_OF + 1,
                "version": 1,
            }
            for a, kind in zip(some, ("claim", "done", "snooze", "not_useful"), strict=False)
        ]
        for name, schema, rows in (
            ("account_sent", SENT, [{"account_id": some[5], "day": AS_OF - 3, "play": "x"}]),
            (
                "account_held_back",
                HELD_BACK,
                [
                    {"account_id": a, "play": "retention_call", "why": "consent: no"}
                    for a in some[6:]
                ],
            ),
            ("account_drawn", DRAWN, [{"account_id": some[7], "play": "retention_call"}]),
            (
                "account_under_way",
                UNDER_WAY,
                [{"account_id": some[4], "play": "x", "day": AS_OF - 2}],
            ),
            ("account_care", CARE, care),
            ("account_known", KNOWN, [{"account_id": some[1], "reason": "payment:1"}]),
        ):
            self._pair.put(name, pa.Table.from_pylist(rows, schema))
        self._pair.put("recent_scores", scores.cast(RECENT_SCORES))
        terms = ListNumbers(everybody=2)
        floor = make_accounts(AS_OF, self._pair, terms)
        make_lines(AS_OF, self._pair, terms)
        read_list(AS_OF, AS_OF, self._pair, terms, floor, ListRequest(limit=20), "USD")

    def kept(self) -> None:
        """Retention under six definitions, of those drawn into an arm and of plans too."""
        arms = [
            {"account_id": a, "arm": ("treated", "left out")[n % 2], "day": AS_OF - 90 + n}
            for n, a in enumerate(self._first("accounts", 40))
        ]
        self._pair.put("arms", pa.Table.from_pylist(arms, ARMS))
        for spec in RETENTION:
            measure_retention(AS_OF, self._pair, self._known, spec)

    def earned(self) -> None:
        """Recurring revenue by month, and net of the accounts of a year ago."""
        measure_movements(AS_OF, self._pair, self.world.present)
        measure_movements(AS_OF, self._pair, self.world.present, "last_day")
        measure_net_retention(AS_OF, self._pair, self.world.present)

    def written(self) -> None:
        """The sections on retention and money, and who is behind their figures."""
        given = ReportContext(AS_OF, AS_OF - 7, self._pair, self._known)
        for chapter in (
            make_retention(given, (ASKED,)),
            make_money(given, MoneySpec(months=3, currency="EUR", rates=EUROS)),
        ):
            self._pair.run(chapter.members)
        late_dates(given, AS_OF - 7)

    @property
    def _known(self) -> frozenset[str]:
        """What the company has, with the histories that runs have kept."""
        return self.world.present | {"arms", "segment_history"}

    def lived(self) -> None:
        """Trials, stages of the week, weekly series: what a report tells of the life of customers.

        Both ways to count a cancelled trial, since a company has but one of them.
        """
        measure_trials(AS_OF, self._pair, self.world.present)
        for compete in (True, False):
            steps = read_sql("tools.reports.trials", "steps")
            self._pair.run(steps, horizon=60, compete=compete)
        measure_stages(AS_OF, LAST_RUN, self._pair)
        measure_segments(AS_OF, LAST_RUN, self._pair, self.world.present)
        read_tracks(AS_OF, self._pair, self.world.present)
        self._proposed()

    def _proposed(self) -> None:
        """The rows a tree would be fitted to; the tree itself is no SQL."""
        rules = self._company.rules.segments
        windows = dict(rules.windows)
        day = AS_OF - windows["churn"] - windows["grace"]
        features = "SELECT f.*, CAST($day AS INT) AS day FROM features AS f"
        self._pair.create("past_features", features, day=day)
        propose(AS_OF, self._pair, rules, day, contractual=True)

    def worked(self) -> None:
        """What the agent did, what it changed, what is tied to it, and what accounts cost.

        With and without billing, and by every kind of conversion.
        """
        rules, present = self._company.rules, self.world.present
        put_work(self._pair, busy(self._first("accounts", 200), AS_OF))
        self._pair.put("kept_places", self._places())
        for known in (present, present - {"subscriptions"}):
            make_observations(AS_OF, self._pair, known, rules.plays, rules.economics, Effects())
        gather_evidence(AS_OF, self._pair, {("retention_call", "Declining"): AS_OF - 60})
        measure_work(AS_OF, self._pair, AS_OF - 7, rules.economics.currency)
        for kind in KINDS:
            make_paths(AS_OF, self._pair, present, AS_OF - 91, 30, "USD", kind)
            attribute(self._pair, 30)
        measure_units(AS_OF, self._pair, present, rules.economics)

    def _places(self) -> pa.Table:
        """Two mornings before: whom their value chose, whom the lot drew, and whom it left out."""
        plays = ("retention_call", "winback_email", "upsell_seats")
        rows = [
            {
                "account_id": account,
                "play": plays[n % 3],
                "segment": "Declining",
                "base_ppm": 20_000 + n,
                "by_lot": n % 4 > 0,
                "drawn": n % 4 < 2,
                "chance": 7_000,
                "propensity": 300_000,
                "day": AS_OF - 121 - n % 2,
            }
            for n, account in enumerate(self._first("accounts", 200))
        ]
        return pa.Table.from_pylist(rows, schema=KEPT_PLACES)

    def bare(self) -> None:
        """What a company without billing gets: the other definitions of everything."""
        rules, present = self._company.rules, self.world.present - {"subscriptions"}
        make_features(World(AS_OF, self._pair, present))
        churn.score(self.world, MODELS["logistic"])
        stages.make_timeline(AS_OF, self._pair, present, rules.stages)
        stages.make_roster(self._pair, present, rules.stages)
        frozen = replace(segments.freeze(AS_OF, self._pair, rules.segments, present), small=False)
        segments.assign(AS_OF, self._pair, rules.segments, frozen)
        active = segments.active_segments(rules.segments, frozen)
        segment_outcomes(AS_OF, self._pair, rules.segments, active, present)
        windows = Windows(28, {"churn": 30})
        price(AS_OF, self._pair, rules.plays, rules.economics, present, windows)

    def audited(self) -> None:
        """Every check of the audit, with another choice of identity rules."""
        audit(AS_OF, self._pair, rules=AUDITED)

    def narrowed(self) -> None:
        """Every third account is ours and counts in no report."""
        own = tuple(self._first("accounts", 500)[::3])
        leave_out(self._pair, Internal(accounts=own))
        measure_trials(AS_OF, self._pair, self.world.present)
        measure_stages(AS_OF, LAST_RUN, self._pair)

    def _first(self, relation: str, number: int) -> list[str]:
        sql = f"SELECT account_id AS account_id FROM {relation} ORDER BY account_id LIMIT {number}"
        found: list[str] = self._pair.run(sql)["account_id"].to_pylist()
        return found
