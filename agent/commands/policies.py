"""Commands about the files people edit: what each may hold, for editors."""

import json
from pathlib import Path
from typing import Annotated

import typer

from agent.commands.terminal import echo, echo_json
from agent.rulebook import MODELS
from tools.errors import BadInput, nearest
from tools.file_schema import schema_of

policies = typer.Typer(help="The files people edit: what each may hold.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(policies, name="policies")


@policies.callback()
def _group() -> None:
    """Keep `schema` a command of the group although it is the only one."""


@policies.command()
def schema(
    name: Annotated[str | None, typer.Argument(help=f"{', '.join(MODELS)}.")] = None,
    write: Annotated[Path | None, typer.Option(help="Write NAME.json of each file here.")] = None,
) -> None:
    """The JSON Schema of a file, by which an editor completes keys and marks mistakes."""
    if name is not None and name not in MODELS:
        raise BadInput(f"no file is called {name!r}; {nearest(name, MODELS)}")
    if write is None and name is None:
        raise BadInput(f"name a file ({', '.join(MODELS)}), or say --write FOLDER for all of them")
    if write is None:
        echo_json(schema_of(MODELS[name or ""], f"{name}.yaml"))
        return
    try:
        write.mkdir(parents=True, exist_ok=True)
        for one in [name] if name else MODELS:
            text = json.dumps(schema_of(MODELS[one], f"{one}.yaml"), indent=1)
            (write / f"{one}.json").write_text(f"{text}\n", encoding="utf-8")
    except OSError as error:
        raise BadInput(f"{write}: the schemas cannot be written: {error.strerror}") from error
    echo(f"written to {write}; begin a file with # yaml-language-server: $schema=PATH/NAME.json")
