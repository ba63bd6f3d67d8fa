"""What a file of identity rules may hold, key by key; what it leaves out is as delivered."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from tools.file_model import FileModel, Items, Text

Kind = Literal["account", "contact", "contact_account"]
Some = Annotated[int, Field(ge=1)]


class RuleEntry(FileModel):
    """One way in which records are found to be the same customer."""

    order: int
    name: Text
    kind: Kind
    by: Text
    description: Text
    enabled: bool
    memory: Literal["latest", "ever"] = "latest"
    scope: Literal["any", "across"] = "any"
    max_names: Some = 1_000_000
    max_refs: Some = 1_000_000
    skip: Items[Text] = ()


class WordListEntry(FileModel):
    """Words added to the list delivered and taken from it, or all of a library's."""

    library: bool = False
    add: Items[Text] = ()
    remove: Items[Text] = ()
    whole: Items[Text] | None = None


def _list(value: object) -> object:
    """A list written out is the whole list."""
    if isinstance(value, list):
        return {"whole": value}
    if not isinstance(value, dict):
        raise PydanticCustomError("list_of_words", "a list of words was expected")
    return value


WordList = Annotated[
    WordListEntry, BeforeValidator(_list, json_schema_input_type=Items[Text] | WordListEntry)
]


class DeletionEntry(FileModel):
    """What one deleted record of several means for a customer."""

    contact: Literal["any", "all"] = "any"
    account: Literal["any", "all"] = "all"
    ranking: Items[Text] = ()


class IdentityFile(FileModel):
    """The whole file."""

    rules: Items[RuleEntry] | None = None
    lists: dict[Text, WordList] = Field(default_factory=dict)
    deletion: DeletionEntry = DeletionEntry()
