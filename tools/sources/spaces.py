"""Which id space every reference of a folder is of: two systems share none unless it is shown.

Records of one kind are of one space when their shared ids carry the same names, or when files of
one export hold parts of them. A reference is of the space in which most of its ids occur. What
is in doubt gets a space of its own, and a question.
"""

from dataclasses import dataclass, field
from itertools import combinations
from typing import TYPE_CHECKING

from tools.sources.evidence import FileColumn, FolderEvidence, Overlap
from tools.sources.words import SYNONYMS, compact, file_words, singular, words
from tools.warehouse.schema import BY_NAME

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tools.sources.guess import Guess

_HALF = 0.5
_EXACTLY = 2
_ALIKE = 0.8  # the columns of two files of one export
KEYS = {table.key[0]: name for name, table in BY_NAME.items() if table.key[0].endswith("_ref")}


@dataclass(frozen=True)
class ReferenceColumn:
    """One reference column of one guessed table."""

    guess: "Guess"
    name: str
    kind: str
    column: FileColumn

    @property
    def folder(self) -> str:
        """The folder of the file that holds it: the files of one system stand together."""
        return self.column.file.file.rpartition("/")[0].partition("/")[0]

    @property
    def system(self) -> str:
        """The word of the file's name that says whose export it is, '' when none does."""
        parts = file_words(self.column.file.file)
        return next((part for part in parts if part in SYNONYMS["systems"]), "")

    @property
    def defines(self) -> bool:
        """Whether the rows of its table are what the ids stand for."""
        return KEYS.get(self.name) == self.guess.table and not self.guess.derived

    @property
    def labels(self) -> dict[str, str]:
        """The columns that say who an id is."""
        known = ("name", "email", "domain")
        return {k: v for k, v in self.guess.columns.items() if k in known}


@dataclass(frozen=True)
class Space:
    """The id space of a reference, why, and what a person has to say about it."""

    name: str
    notes: tuple[str, ...] = ()
    question: tuple[str, ...] = ()
    by_name: ReferenceColumn | None = None  # the values are names of these records, not ids


@dataclass(frozen=True)
class ReferenceMatch:
    """The records that fit a reference best."""

    best: ReferenceColumn | None = None
    overlap: Overlap = field(default_factory=lambda: Overlap(0, 0))
    sure: bool = False


@dataclass
class _Kind:
    """All references of one kind, in groups that share a space."""

    kind: str
    evidence: FolderEvidence
    definitions: list[ReferenceColumn]
    uses: list[ReferenceColumn]
    groups: list[list[ReferenceColumn]] = field(default_factory=list)
    doubts: dict[int, tuple[str, ...]] = field(default_factory=dict)

    def group(self) -> None:
        """Put definitions that share a space together."""
        self.groups = [[one] for one in self.definitions]
        for one, two in combinations(self.definitions, 2):
            if self._same(one, two):
                first, second = self.group_of(one), self.group_of(two)
                if first is not second:
                    first += second
                    self.groups.remove(second)

    def group_of(self, one: ReferenceColumn) -> list[ReferenceColumn]:
        """The definitions that share the space of one of them."""
        return next(group for group in self.groups if one in group)

    def _same(self, one: ReferenceColumn, two: ReferenceColumn) -> bool:
        found = self.evidence.agreement(one.column, two.column, one.labels, two.labels)
        if found.shared:
            same = found.compared > 0 and found.agreed >= found.compared * _HALF
            if not same:
                self.doubts[id(two)] = _collision(one, two, found)
            return same
        return _near(one, two) and (_alike(one, two) or self._linked(one, two))

    def _linked(self, one: ReferenceColumn, two: ReferenceColumn) -> bool:
        """Whether one column refers to records of both."""
        for use in self.uses:
            found = [self.evidence.overlap(use.column, d.column) for d in (one, two)]
            if all(o.shared for o in found) and sum(o.share for o in found) >= _HALF:
                return True
        return False

    def resolve(self, use: ReferenceColumn) -> ReferenceMatch:
        """The records a reference is of, how many of its ids are theirs, and if that is sure."""
        own = [d for d in self.definitions if use.name == "merged_into" and d.guess is use.guess]
        if own:
            return ReferenceMatch(
                own[0], self.evidence.overlap(use.column, own[0].column), sure=True
            )
        ranked = sorted(
            ((self._rank(use, d, o), -n, d, o) for n, (d, o) in enumerate(self.overlaps(use))),
            key=lambda entry: entry[:2],
            reverse=True,
        )
        if not ranked:
            return ReferenceMatch()
        (rank, _, best, overlap), *rest = ranked
        tied = any(
            r[:3] == rank[:3] and self.group_of(d) is not self.group_of(best) for r, _, d, _ in rest
        )
        return ReferenceMatch(best, overlap, sure=_is_sure(use, best, overlap, rank) and not tied)

    def overlaps(self, use: ReferenceColumn) -> list[tuple[ReferenceColumn, Overlap]]:
        """How many ids of a reference occur among the records of each definition."""
        return [(d, self.evidence.overlap(use.column, d.column)) for d in self.definitions]

    def _rank(
        self, use: ReferenceColumn, one: ReferenceColumn, found: Overlap
    ) -> tuple[bool, bool, int, float]:
        return _near(use, one), found.share >= _HALF, _called(use, one), found.share

    def by_name(self, use: ReferenceColumn) -> ReferenceColumn | None:
        """The records whose names, not ids, a reference holds."""
        for one in self.definitions:
            name = one.labels.get("name")
            if not name or not _near(one, use) or name == one.column.name:
                continue
            if self.evidence.overlap(use.column, FileColumn(one.column.file, name)).share >= _HALF:
                return one
        return None


def references(guesses: "Iterable[Guess]") -> list[ReferenceColumn]:
    """Every reference column of the guessed tables, those over joins included."""
    found = []
    for one in guesses:
        table = BY_NAME[one.table]
        for column in table.columns:
            kind = KEYS[table.key[0]] if column.name == "merged_into" else KEYS.get(column.name, "")
            if column.kind != "ref" or not kind:
                continue
            looked = [j for j in one.joins if j.canonical == column.name]
            place = FileColumn(looked[0].file, looked[0].column) if looked else None
            if column.name in one.columns:
                place = FileColumn(one.file, one.columns[column.name])
            if place is not None:
                found.append(ReferenceColumn(one, column.name, kind, place))
    return found


def choose_spaces(
    guesses: "tuple[Guess, ...]", evidence: FolderEvidence
) -> dict[tuple[int, str], Space]:
    """The space of every reference, by the number of its guess and its canonical column."""
    refs = references(guesses)
    numbers = {id(one): n for n, one in enumerate(guesses)}
    chosen: dict[tuple[int, str], Space] = {}
    for kind in dict.fromkeys(ref.kind for ref in refs):
        known = _Kind(
            kind=kind,
            evidence=evidence,
            definitions=[ref for ref in refs if ref.kind == kind and ref.defines],
            uses=[ref for ref in refs if ref.kind == kind and not ref.defines],
        )
        known.group()
        for ref, space in _spaces(known):
            chosen[numbers[id(ref.guess)], ref.name] = space
    return chosen


def _spaces(known: _Kind) -> "Iterator[tuple[ReferenceColumn, Space]]":
    answers = {id(use): known.resolve(use) for use in known.uses}
    loose = [use for use in known.uses if not answers[id(use)].sure and not known.by_name(use)]
    plain = singular(known.kind)
    single = len(known.groups) + len({_head(use) for use in loose}) <= 1
    names = {id(g): plain if single else _slug(g[0].column.file.file) for g in known.groups}
    for group in known.groups:
        for one in group:
            yield one, Space(names[id(group)], question=known.doubts.get(id(one), ()))
    for use in known.uses:
        own = plain if single else words("_".join((*_head(use), plain)))
        yield use, _used(known, use, answers[id(use)], names, own)


def _used(
    known: _Kind, use: ReferenceColumn, answer: ReferenceMatch, names: dict[int, str], own: str
) -> Space:
    best, overlap = answer.best, answer.overlap
    called = known.by_name(use) if overlap.share < _HALF else None
    if called is not None:
        return Space(names[id(known.group_of(called))], by_name=called)
    if best is None:
        return Space(own)
    if not answer.sure:
        return Space(own, question=_whose(known, use, names))
    notes = () if overlap.share >= _HALF or use.name == "merged_into" else (_few(best, overlap),)
    return Space(names[id(known.group_of(best))], notes=notes)


def _head(use: ReferenceColumn) -> tuple[str, str, str]:
    """References of one name in one system are of one space."""
    header = "_".join(w for w in words(use.column.name).split("_") if w not in {"id", "ref"})
    return use.folder, use.system, header


def _slug(file: str) -> str:
    return words(file.rsplit(".", 1)[0]) or "records"


def _name_words(column: str) -> set[str]:
    return {singular(word) for word in words(column).split("_")} - {"id", "ref", "key", "name"}


def _is_sure(
    use: ReferenceColumn,
    best: ReferenceColumn,
    overlap: Overlap,
    rank: tuple[bool, bool, int, float],
) -> bool:
    """Whether a reference is of records: by a name that fits, or by ids too long for chance."""
    near, many, called, _ = rank
    if not near:
        return many and overlap.telling
    system = best.folder != "" or (called > 0 and use.system == best.system)
    if not overlap.shared:
        return _is_id(use.column.name) and (called == _EXACTLY or best.folder != "")
    return called == _EXACTLY or (many and (system or overlap.telling))


def _called(use: ReferenceColumn, one: ReferenceColumn) -> int:
    """How well the name of a reference says whose ids it holds."""
    told = _name_words(use.column.name)
    same_header = compact(use.column.name) == compact(one.column.name) != "id"
    if same_header or told & set(file_words(one.column.file.file)):
        return _EXACTLY
    return int(bool(told & set(SYNONYMS["files"].get(one.kind, ()))))


def _is_id(column: str) -> bool:
    return words(column).rsplit("_", 1)[-1] in {"id", "ids", "ref", "key"} or compact(
        column
    ).endswith("id")


def _near(one: ReferenceColumn, two: ReferenceColumn) -> bool:
    """Whether nothing says that two references are of different systems."""
    systems = {one.system, two.system} - {""}
    return one.folder == two.folder and len(systems) <= 1


def _alike(one: ReferenceColumn, two: ReferenceColumn) -> bool:
    left, right = ({compact(c.name) for c in r.column.file.columns} for r in (one, two))
    return len(left & right) >= _ALIKE * len(left | right)


def _where(ref: ReferenceColumn) -> str:
    return f"{ref.column.name} of {ref.column.file.file}"


def _collision(one: ReferenceColumn, two: ReferenceColumn, found: Overlap) -> tuple[str, ...]:
    who = "nothing else of them can be compared"
    if found.compared:
        who = f"their names differ in {found.compared - found.agreed} of {found.compared}"
    shown = f" ({found.examples})" if found.examples else ""
    return (
        f"{found.shared} ids occur in {_where(one)} and in {_where(two)}; {who}{shown}.",
        "Two systems may count alike: they are kept apart. If both mean the same records,",
        "give them one space wherever these two spaces are named.",
    )


def _few(best: ReferenceColumn, overlap: Overlap) -> str:
    return f"{overlap.shared} of {overlap.total} ids occur in {_where(best)}"


def _whose(known: _Kind, use: ReferenceColumn, names: dict[int, str]) -> tuple[str, ...]:
    lines = [f"whose ids are in {_where(use)}? They are kept apart until you say. If they are"]
    for one, found in known.overlaps(use):
        space = names[id(known.group_of(one))]
        told = f"{found.shared} of {found.total} occur there"
        lines.append(f"  those of {one.column.file.file} ({told}), write space: {space}")
    return tuple(lines)
