"""The command line: every command opens the home, does one thing and says what it did."""

import gc
import sys
from typing import Annotated

import typer

import agent.interrupts  # noqa: F401 - before what takes long to load
from agent.commands.entry import run_app
from agent.commands.index import CommandIndex

app = typer.Typer(
    cls=CommandIndex,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback()
def start(
    debug: Annotated[
        bool, typer.Option("--debug", help="Show every detail of an error that was not expected.")
    ] = False,
) -> None:
    """Every morning: stages, churn, priced actions against doing nothing, and a human gate."""
    del debug  # read where the error is told


def main() -> None:
    """Run the command of this process."""
    # What loading makes stays: to look for garbage in it over and over is a tenth of a command.
    gc.set_threshold(20_000, 20, 20)
    sys.exit(run_app(app, sys.argv[1:]))


if __name__ == "__main__":
    main()
