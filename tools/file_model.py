"""The YAML files people edit as frozen models: what a key may be stands once, in its type.

A file is refused whole with one line: file and line, the block, what was wrong, what is expected.
"""

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Generic, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
    ValidationInfo,
    model_validator,
)

from tools.errors import BadInput, nearest
from tools.file_mistakes import message_of, mistake, unknown_key
from tools.reading import parse_strict

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping


def _words(text: str) -> str:
    if not text.strip():
        raise mistake("expected text, got an empty one")
    return text


def _decimal(value: object) -> object:
    """A whole number as the decimal it is; true and false are none."""
    return Decimal(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _edition(value: object) -> object:
    """A version as text, however it is written; yes, a date or nothing is none."""
    return str(value) if isinstance(value, int | Decimal) and not isinstance(value, bool) else value


def _whole(value: object) -> object:
    """A decimal without decimals as the whole number it is."""
    whole = isinstance(value, Decimal) and value == value.to_integral_value()
    return int(value) if whole else value  # type: ignore[call-overload]  # a decimal


def places(most: int) -> AfterValidator:
    """A number that may have so many decimals."""

    def few(value: Decimal) -> Decimal:
        if value != round(value, most):
            raise mistake(f"{value} has more than {most} decimals")
        return value

    return AfterValidator(few)


def known(kind: str) -> AfterValidator:
    """A word of those the reader of the file is given under `kind`; all where none are given."""

    def among(value: str, info: ValidationInfo) -> str:
        names: Collection[str] = (info.context or {}).get(kind, ())
        if names and value not in names:
            raise mistake(f"{value!r} is not known; {nearest(value, names)}")
        return value

    return AfterValidator(among)


_Item = TypeVar("_Item")
Text = Annotated[str, AfterValidator(_words)]
Number = Annotated[Decimal, BeforeValidator(_decimal)]
Share = Annotated[Number, Field(ge=0, le=1)]
Whole = Annotated[int, BeforeValidator(_whole)]
Days = Annotated[Whole, Field(ge=0, le=3650)]
SomeDays = Annotated[Whole, Field(ge=1, le=3650)]
Version = Annotated[Whole, Field(ge=1)]
Edition = Annotated[Text, BeforeValidator(_edition, json_schema_input_type=str | float)]
Items = Annotated[tuple[_Item, ...], Field(strict=False)]  # YAML writes a tuple as a list
SomeItems = Annotated[tuple[_Item, ...], Field(strict=False, min_length=1)]


class FileModel(BaseModel):
    """One block of a YAML file: frozen, of exact types, with no key but its own."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    @model_validator(mode="before")
    @classmethod
    def _known_keys(cls, values: object) -> object:
        """Refuse an unknown key with the nearest one, before a missing one is complained of."""
        known = [field.alias or name for name, field in cls.model_fields.items()]
        for key in values if isinstance(values, dict) else ():
            if key not in known:
                raise unknown_key(key, known)
        return values


class DatedEntry(FileModel, Generic[_Item]):
    """One value with the day it comes into force, where it is from and whose it is."""

    value: _Item
    valid_from: date
    source: Text
    owner: Text


def _one_a_day(
    entries: "tuple[DatedEntry[_Item], ...]",
) -> "tuple[DatedEntry[_Item], ...]":
    days: set[date] = set()
    for n, entry in enumerate(entries):
        if entry.valid_from in days:
            day = entry.valid_from
            said = f"two values come into force on the same day, {day}; give one a day of its own"
            raise mistake(said, n, "valid_from")
        days.add(entry.valid_from)
    return entries


Dated = Annotated[tuple[_Item, ...], Field(strict=False, min_length=1), AfterValidator(_one_a_day)]
_Model = TypeVar("_Model")


def read_model(
    model: type[_Model],
    text: str,
    where: str,
    error: type[BadInput] = BadInput,
    names: "Mapping[str, Collection[str]] | None" = None,
) -> _Model:
    """Read a YAML text as a model, or a dict of them; `where`, the file, starts every message.

    `names` are the words that are `known` by their kind.

    Raises:
        BadInput: no YAML, a key twice, unknown or missing, or a value of the wrong type or size.
    """
    try:
        return TypeAdapter(model).validate_python(parse_strict(text, where), context=names)
    except ValidationError as mistakes:
        raise error(message_of(mistakes.errors()[0], text, where)) from mistakes
    except BadInput as wrong:
        raise wrong if isinstance(wrong, error) else error(str(wrong)) from wrong
