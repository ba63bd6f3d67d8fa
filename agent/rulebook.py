"""Everything a person decides in YAML, read once for a run and kept with it."""

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from policies.limit_book import LimitBook, parse_limits
from policies.limits_file import LimitsFile
from tools.actions import CHANNELS
from tools.customers.churn.file import ChurnFile
from tools.customers.features import ACTIVE_WINDOW, definitions
from tools.customers.segments.file import SegmentsFile
from tools.customers.segments.parse import parse_segments
from tools.customers.segments.rules import SegmentRules
from tools.customers.stages import StageRules, parse_rules
from tools.customers.stages.file import StagesFile
from tools.errors import BadInput
from tools.file_model import FileModel, read_model
from tools.reports.policy import ReportPolicy, parse_report_policy
from tools.reports.policy_file import ReportsFile
from tools.roi.economics import Economics, check_role, parse_economics
from tools.roi.economics_file import EconomicsFile
from tools.roi.plays import Play
from tools.roi.plays_file import PlaysFile
from tools.roi.plays_parse import parse_plays
from tools.rule_types import KIND_OF
from tools.warehouse.identity import IdentityRules, load_rules, standard_rules
from tools.warehouse.identity.file import IdentityFile

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tools.rule_types import Kind

FILES = ("stages", "segments", "plays", "limits", "churn", "reports")
IDENTITY = "identity"
# What reads each file that people edit, by the file's name.
MODELS: "Mapping[str, type[FileModel]]" = {
    "stages": StagesFile, "segments": SegmentsFile, "plays": PlaysFile, "limits": LimitsFile,
    "churn": ChurnFile, "reports": ReportsFile, "economics": EconomicsFile, IDENTITY: IdentityFile,
}  # fmt: skip
NO_REPORTS = "version: 1\n"  # what a run recorded before there were any


@dataclass(frozen=True)
class ChurnPolicy:
    """How churn is scored; `definition` overrides what follows from the data. Lengths in days."""

    definition: "Mapping[str, Any]"
    retrain_days: int
    every_days: int
    snapshots: int
    active_days: "Mapping[str, int]"


@dataclass(frozen=True)
class Rulebook:
    """The parsed policies and economics, and the texts they were parsed from."""

    stages: StageRules
    segments: SegmentRules
    plays: tuple[Play, ...]
    limits: LimitBook
    economics: Economics
    churn: ChurnPolicy
    reports: ReportPolicy
    identity: IdentityRules
    texts: "Mapping[str, str]"

    @property
    def labels(self) -> dict[str, str]:
        """What people call each play, by its id."""
        return {play.id: play.name for play in self.plays}

    @property
    def fingerprint(self) -> str:
        """A hash of all texts: what a run rested on."""
        joined = "\0".join(f"{name}\0{text}" for name, text in sorted(self.texts.items()))
        return hashlib.sha256(joined.encode()).hexdigest()


def read_rulebook(policies: "Path", economics: "Path", identity: "Path | None" = None) -> Rulebook:
    """Read and check every file; without one for identity its standard rules hold.

    Raises:
        BadInput: anything unknown or wrong, with file, key and the nearest match.
    """
    texts = {name: _text(policies / f"{name}.yaml") for name in FILES}
    texts["economics"] = _text(economics)
    if identity is not None:
        texts[IDENTITY] = _text(identity)
    return parse_rulebook(texts)


def parse_rulebook(texts: "Mapping[str, str]") -> Rulebook:
    """Check the texts of all files, by name."""
    figures = parse_economics(texts["economics"], "economics.yaml")
    rules = parse_segments(texts["segments"], "segments.yaml")
    limits = parse_limits(texts["limits"], "limits.yaml")
    return Rulebook(
        stages=parse_rules(texts["stages"], "stages.yaml"),
        segments=rules,
        plays=_plays(texts["plays"], rules, figures, limits),
        limits=limits,
        economics=figures,
        churn=parse_churn(texts["churn"], "churn.yaml"),
        reports=parse_report_policy(texts.get("reports", NO_REPORTS), "reports.yaml"),
        identity=load_rules(texts[IDENTITY], "identity") if IDENTITY in texts else standard_rules(),
        texts=texts,
    )


def _plays(
    text: str, rules: SegmentRules, economics: Economics, limits: LimitBook
) -> tuple[Play, ...]:
    kinds: dict[str, Kind] = {f.name: KIND_OF[f.type] for f in definitions()}
    names = kinds | {"active": "truth"}
    known = [segment.name for segment in (*rules.segments, *rules.small)]
    own = {one.name for dated in limits.values["channels"] for one in dated.value}
    plays = parse_plays(text, names, known, "plays.yaml", names, {*CHANNELS, *own})
    for play in plays:
        check_role(economics, play.role, f"plays.yaml: {play.id}")
    return plays


def parse_churn(text: str, where: str) -> ChurnPolicy:
    """Read how churn is scored; what the file leaves out has a default."""
    file = read_model(ChurnFile, text, where)
    return ChurnPolicy(
        definition=file.definition.model_dump(exclude_none=True),
        retrain_days=file.retrain_days,
        every_days=file.every_days,
        snapshots=file.snapshots,
        active_days=ACTIVE_WINDOW | file.active_days.model_dump(exclude_none=True),
    )


def _text(path: "Path") -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{path}: cannot be read: {error}") from error
