"""The consent of a contact: whatever column or file name says no is heard, before any yes.

A column that is empty today is read as well: the first "no" may come tomorrow.
"""

from typing import TYPE_CHECKING

from tools.sources.entry import FALSE, TRUE, DerivedEntry, formats_option
from tools.sources.guess import columns_called, value_map
from tools.sources.words import SYNONYMS, is_refusal, words
from tools.sources.yamltext import column_entry, identifier, literal, sql_entry

if TYPE_CHECKING:
    from collections.abc import Callable

    from tools.sources.guess import Guess
    from tools.sources.profile import ColumnProfile

# What a column of those who left holds for somebody who did not.
_STAYED = "('false', 'f', 'no', 'n', '0', '0.0', 'none', 'opted in', 'opt-in', 'subscribed')"


def consent(canonical: str) -> "Callable[[Guess], DerivedEntry | None]":
    """How a consent is worked out; nothing where one column says it plainly, or none does."""

    def made(one: "Guess") -> DerivedEntry | None:
        nos, yes = _refusals(one, canonical), one.columns.get(canonical)
        if canonical == "email_consent" and is_refusal(one.file.file):
            return DerivedEntry('{value: "false"}', (), ("the file's name says that they left",))
        if not nos and (yes is None or _is_plain(one.file.column(yes))):
            return _subscribed(one) if canonical == "email_consent" and yes is None else None
        reads = tuple(dict.fromkeys([*nos, *([yes] if yes else [])]))
        return DerivedEntry(
            sql_entry(_sql(one, canonical, nos, yes)), reads, _doubts(one, nos, canonical)
        )

    return made


def _refusals(one: "Guess", canonical: str) -> dict[str, str]:
    """The columns that say no, each with the test for it."""
    kinds = SYNONYMS["refusals"][canonical]
    tests = {
        "reversed": f"lower({{}}) not in {_STAYED}",
        "flags": f"lower({{}}) in {TRUE}",
        "filled": "{} is not null",
    }
    return {
        name: test.format(identifier(name))
        for kind, test in tests.items()
        for name in columns_called(one.file, "contacts", kinds[kind])
        if name not in set(one.columns.values()) - {one.columns.get(canonical)}
    }


def _sql(one: "Guess", canonical: str, nos: dict[str, str], yes: str | None) -> str:
    arms = [f"when {' or '.join(nos.values())} then 'false'"] if nos else []
    if yes is None:
        turned = columns_called(one.file, "contacts", SYNONYMS["refusals"][canonical]["reversed"])
        told = [f"lower({identifier(name)}) in {_STAYED}" for name in turned if name in nos]
        arms += [f"when {' or '.join(told)} then 'true'"] if told else []
        return f"case {' '.join(arms)} end"
    return f"case {' '.join([*arms, *_words(one, yes)])} else {identifier(yes)} end"


def _words(one: "Guess", yes: str) -> list[str]:
    """The words of a column, those it does not hold yet as well; what nobody knows is told."""
    source, column = one.file.column(yes), f"lower({identifier(yes)})"
    if _is_plain(source):
        return []
    arms = [f"when {_has(column, word)} then '{word}'" for word in ("false", "true")]
    mapped = value_map(source, "contacts", "email_consent")
    rest = [v.lower() for v in source.values if v not in mapped and not _is_flag(v)]
    listed = ", ".join(map(literal, rest))
    return [*arms, *([f"when {column} in ({listed}) then null"] if rest else [])]


def _has(column: str, word: str) -> str:
    """The test for one of the words that mean yes or no."""
    known = "|".join(SYNONYMS["values"]["contacts.email_consent"][word]).replace("_", ".?")
    return f"regexp_extract({column}, '{known}') <> ''"


def _is_plain(source: "ColumnProfile") -> bool:
    """Whether a column says true and false and nothing else."""
    return source.flags == source.filled


def _is_flag(value: str) -> bool:
    return literal(value.lower()) in (TRUE + FALSE)


def _subscribed(one: "Guess") -> DerivedEntry | None:
    """The yes that the name of a file says: subscribed members."""
    if "subscribed" not in words(one.file.file).split("_"):
        return None
    return DerivedEntry('{value: "true"}', (), ("the file's name says that they subscribed",))


def _doubts(one: "Guess", nos: dict[str, str], canonical: str) -> tuple[str, ...]:
    turned = SYNONYMS["refusals"][canonical]["reversed"]
    told = [name for name in columns_called(one.file, "contacts", turned) if name in nos]
    rest = [name for name in nos if name not in told]
    doubts = [f"{name} says no: it is turned round" for name in told]
    return (*doubts, *([f"a no as well: {', '.join(rest)}"] if rest else []))


def consent_day(one: "Guess") -> DerivedEntry | None:
    """The day of the word that counts: a yes of before is not the day of a no."""
    filled = SYNONYMS["refusals"]["email_consent"]["filled"]
    left, given, word = (
        [n for n in columns_called(one.file, "contacts", names) if one.file.column(n).dated]
        for names in (filled, *(SYNONYMS["consent_days"][k] for k in ("given", "word")))
    )
    if is_refusal(one.file.file):
        return _day(one, [*left, *word])
    test = _says_no(one)
    if test is None or (not left and not given):
        return _day(one, [*given, *word])
    arms = [f"when {test} then {_first([*left, *word])}"] if left or word else []
    arms = arms or [f"when {test} then null"]
    sql = f"case {' '.join(arms)} else {_first([*given, *word])} end"
    return DerivedEntry(
        sql_entry(sql, _formats(one, [*left, *given, *word])), (*left, *given, *word)
    )


def _says_no(one: "Guess") -> str | None:
    """The test that a row says no, None where no column can."""
    nos, yes = _refusals(one, "email_consent"), one.columns.get("email_consent")
    tests = list(nos.values())
    if yes is not None:
        column, plain = f"lower({identifier(yes)})", _is_plain(one.file.column(yes))
        tests.append(f"{column} in {FALSE}" if plain else _has(column, "false"))
    return " or ".join(tests) or None


def _day(one: "Guess", names: list[str]) -> DerivedEntry | None:
    if not names:
        return None
    if len(names) == 1:
        return DerivedEntry(column_entry(names[0], _formats(one, names)), (names[0],))
    return DerivedEntry(sql_entry(_first(names), _formats(one, names)), tuple(names))


def _first(names: list[str]) -> str:
    """The first of some columns that is filled."""
    told = ", ".join(map(identifier, names))
    return f"coalesce({told})" if len(names) > 1 else told or "null"


def _formats(one: "Guess", names: list[str]) -> str:
    forms = [form for name in names for form in one.file.column(name).dates.formats]
    return formats_option(tuple(dict.fromkeys(forms)))
