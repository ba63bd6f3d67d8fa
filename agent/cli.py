"""The command line: every command opens the home, does one thing and says what it did."""

import sys

import typer

from agent.commands import (
    accounts,
    approve,
    company,
    customers,
    demo,
    gate,
    measures,
    people,
    persons,
    quarantine,
    reports,
    runs,
    service,
)
from agent.commands.console import errors
from tools.errors import LifecycleError

app = typer.Typer(
    help="Every morning: stages, churn, priced actions against doing nothing, and a human gate.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
MODULES = (
    demo,
    runs,
    accounts,
    approve,
    gate,
    service,
    people,
    persons,
    company,
    quarantine,
    customers,
    measures,
    reports,
)
for module in MODULES:
    module.register(app)


def main() -> None:
    """Run a command; what a person can mend is one line on stderr and exit code 2."""
    try:
        app()
    except (LifecycleError, ValueError) as error:
        errors.print(f"[bold red]lifecycle:[/] {error}", highlight=False, soft_wrap=True)
        sys.exit(2)


if __name__ == "__main__":
    main()
