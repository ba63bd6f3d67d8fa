"""What the files of a folder are to each other: customers, our own people, copies, histories."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tools.sources.derive import DERIVED
from tools.sources.evidence import FileColumn, FolderEvidence
from tools.sources.guess import Guess, as_table, guess, part, refusal, with_lookups
from tools.sources.spaces import KEYS, Space, choose_spaces, references
from tools.sources.words import compact, file_words, is_detail, is_staff, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from tools.sources.entry import DerivedEntry
    from tools.sources.profile import ColumnProfile, FileProfile

_MOST = 0.9
_ALIKE = 0.8
_OWNERS = ("ownerid", "assigneeid", "assignedto")
_PERSON = {"first_name", "last_name"}
_LINES = {"line", "item", "lineitem"}
_CUSTOMER = {"customer", "client"}


@dataclass(frozen=True)
class Plan:
    """The tables of a folder with their id spaces, and why files were left out."""

    guesses: tuple[Guess, ...]
    spaces: dict[tuple[int, str], Space]
    left: dict[str, str]


def plan_tables(folder: "Path", profiles: "tuple[FileProfile, ...]") -> Plan:
    """Which file is which table, seen together: what one file is depends on the others."""
    usable = [p for p in profiles if p.columns]
    left = {p.file: "our own people" for p in usable if is_staff(p.file)}
    found = [_taken(p) for p in usable if p.file not in left]
    first = [one for one in found if one is not None]
    if not first:
        found = [guess(p, loose=True) for p in usable if p.file not in left]
        first = [one for one in found if one is not None]
    guesses = [with_lookups(one, usable) for one in _persons(first)]
    with FolderEvidence(folder, _columns(guesses)) as evidence:
        guesses = _without(guesses, left, _copies(guesses, evidence))
        guesses = _without(guesses, left, _own_people(guesses, evidence))
        guesses = _without(guesses, left, _lines_of_bills(guesses))
        guesses = _one_reference(guesses)
        planned = (*guesses, *_derived(guesses))
        return Plan(planned, choose_spaces(planned, evidence), left)


def _taken(profile: "FileProfile") -> Guess | None:
    return (None if is_detail(profile.file) else guess(profile)) or refusal(profile)


def _without(guesses: list[Guess], left: dict[str, str], more: dict[str, str]) -> list[Guess]:
    left |= more
    return [one for one in guesses if one.file.file not in left]


def _persons(guesses: list[Guess]) -> "Iterator[Guess]":
    """Customers that are people, or have an address, are contacts as well as accounts."""
    for one in guesses:
        mixed = one.table in {"accounts", "contacts"} and _CUSTOMER & set(file_words(one.file.file))
        company = as_table(one.file, "accounts") if mixed else None
        person = as_table(one.file, "contacts") if mixed else None
        if not isinstance(company, Guess):
            yield one
        else:
            yield company
            if isinstance(person, Guess) and _is_person(person):
                own = {"account_ref": company.columns["account_ref"]}
                yield replace(person, columns=own | person.columns | own)


def _is_person(one: Guess) -> bool:
    named = any(part(one.file, "contacts", name) for name in _PERSON)
    return named or "email" in one.columns or "email_consent" in one.columns


def _columns(guesses: "Iterable[Guess]") -> "dict[FileProfile, set[str]]":
    """What of each file has to be read to compare ids."""
    found: dict[FileProfile, set[str]] = {}
    guesses = list(guesses)
    for ref in references(guesses):
        found.setdefault(ref.column.file, set()).add(ref.column.name)
    for one in guesses:
        wanted = {one.columns[k] for k in ("name", "email", "domain") if k in one.columns}
        wanted |= {one.columns[k] for k in ("event_key", "message_key") if k in one.columns}
        wanted |= {c.name for c in one.file.columns if compact(c.name).endswith(_OWNERS)}
        found.setdefault(one.file, set()).update(wanted)
    return found


def _key(one: Guess) -> FileColumn | None:
    names = [k for k in KEYS if KEYS[k] == one.table] or ["event_key", "message_key"]
    name = next((n for n in names if n in one.columns), "")
    return FileColumn(one.file, one.columns[name]) if name else None


def _copies(guesses: list[Guess], evidence: FolderEvidence) -> dict[str, str]:
    """Files that hold the records of another once more, or their history."""
    found: dict[str, str] = {}
    ordered = sorted(guesses, key=lambda one: (_is_history(one), len(one.file.file), one.file.file))
    for n, one in enumerate(ordered):
        for first in ordered[:n]:
            if first.file.file in found or first.file is one.file or first.table != one.table:
                continue
            if _folder(first) == _folder(one) and _repeats(first, one, evidence):
                found[one.file.file] = f"holds the records of {first.file.file} once more"
                break
    return found


def _folder(one: Guess) -> str:
    return one.file.file.rpartition("/")[0]


def _is_history(one: Guess) -> bool:
    return "history" in words(one.file.file).split("_")


def _repeats(first: Guess, one: Guess, evidence: FolderEvidence) -> bool:
    called = file_words(first.file.file) == file_words(one.file.file)
    if _is_history(one) and not _is_history(first) and called:
        return True
    left, right = _key(first), _key(one)
    columns = [{compact(c.name) for c in g.file.columns} for g in (first, one)]
    alike = len(columns[0] & columns[1]) >= _ALIKE * len(columns[0] | columns[1])
    if not (alike and left and right):
        return False
    found = evidence.agreement(right, left, _labels(one), _labels(first))
    same = found.agreed >= _MOST * found.compared if found.compared else called
    return found.share >= _MOST and same


def _labels(one: Guess) -> dict[str, str]:
    return {k: v for k, v in one.columns.items() if k in {"name", "email", "domain"}}


def _lines_of_bills(guesses: list[Guess]) -> dict[str, str]:
    """Files whose rows are lines of bills that another file has whole: both would count twice."""
    whole = [g for g in guesses if g.table == "invoices" and "invoice" in file_words(g.file.file)]
    bills = [g for g in whole if not _LINES & set(file_words(g.file.file))]
    return {
        one.file.file: f"lines of the invoices of {bills[0].file.file}, which would count twice"
        for one in whole
        if bills and one not in bills and _folder(one) == _folder(bills[0])
    }


def is_paid_bill(one: Guess, guesses: "Iterable[Guess]") -> str | None:
    """The column of a payment that names the bill it pays, when the bills are there as well."""
    mine = set(file_words(one.file.file))
    if one.table != "invoices" or "invoice" in mine:
        return None
    bills = any(
        g.table == "invoices"
        and "invoice" in file_words(g.file.file)
        and _folder(g) == _folder(one)
        for g in guesses
    )
    names = [c.name for c in one.file.columns if compact(c.name) in {"invoiceid", "invoice"}]
    return names[0] if bills and names else None


def _own_people(guesses: list[Guess], evidence: FolderEvidence) -> dict[str, str]:
    """Users of a CRM who own its records, or stand beside its contacts, are our salespeople."""
    found: dict[str, str] = {}
    for one in guesses:
        key = _key(one)
        if one.table != "contacts" or "user" not in file_words(one.file.file) or key is None:
            continue
        role = part(one.file, "contacts", "role")
        if role and has_agents(one.file.column(role)):
            continue
        if not _acts(one, key, guesses, evidence) and (
            _owns(one, key, guesses, evidence) or _beside(one, guesses)
        ):
            found[one.file.file] = "our own people: they own the records of others"
    return found


def has_agents(role: "ColumnProfile") -> bool:
    """Whether a column tells agents from the people they serve, as Zendesk's users do."""
    return {"end-user", "agent"} <= {value.lower() for value in role.values}


def _acts(one: Guess, key: FileColumn, guesses: list[Guess], evidence: FolderEvidence) -> bool:
    """Whether other files tell what these users did."""
    refs = [
        ref
        for ref in references(guesses)
        if ref.name == "contact_ref"
        and ref.guess.table != "contacts"
        and ref.guess.file is not one.file
    ]
    return any(evidence.overlap(ref.column, key).shared for ref in refs)


def _owns(one: Guess, key: FileColumn, guesses: list[Guess], evidence: FolderEvidence) -> bool:
    owners = [
        FileColumn(other.file, column.name)
        for other in guesses
        if other.file is not one.file
        for column in other.file.columns
        if compact(column.name).endswith(_OWNERS)
    ]
    return any(evidence.overlap(owner, key).shared for owner in owners)


def _beside(one: Guess, guesses: list[Guess]) -> bool:
    return any(
        "contact" in file_words(other.file.file) and _folder(other) == _folder(one)
        for other in guesses
        if other.table == "contacts"
    )


def _one_reference(guesses: list[Guess]) -> list[Guess]:
    """One column is not a person and a company at once: a person where there are contacts."""
    people = any(one.table == "contacts" for one in guesses)
    dropped = "account_ref" if people else "contact_ref"
    return [
        replace(one, columns={k: v for k, v in one.columns.items() if k != dropped})
        if one.table not in {"contacts", "accounts"}
        and one.columns.get("account_ref") == one.columns.get("contact_ref")
        else one
        for one in guesses
    ]


def _derived(guesses: list[Guess]) -> "Iterator[Guess]":
    """Accounts from the first file that names them, when no file is about accounts."""
    if any(one.table == "accounts" for one in guesses):
        return
    for one in guesses:
        name = one.columns.get("account_ref")
        if name is not None and "occurred" in one.columns and one.file.column(name).filled:
            kept = {key: one.columns[key] for key in ("account_ref", "occurred")}
            yield Guess("accounts", one.file, kept, 0, derived="account_ref")
            return


def made(one: Guess) -> "dict[str, DerivedEntry]":
    """The columns of a guess that are worked out."""
    if one.derived:
        return {}
    found = {c: make(one) for (table, c), make in DERIVED.items() if table == one.table}
    return {c: entry for c, entry in found.items() if entry is not None}
