"""Runs a command and says on one line why it could not be done; no traceback reaches a terminal.

Exit status: 0 done, 2 what was given is wrong, 1 it could not be done, 130 stopped by Ctrl-C.
"""

import sys
from contextlib import suppress
from typing import TYPE_CHECKING

import typer
from typer.exceptions import Abort, TyperException

from agent.commands.console import errors, last_opened
from agent.commands.failures import FAILED, WRONG_INPUT, Failure, failure_of
from agent.commands.terminal import one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from config.settings import Settings

DEBUG = "--debug"
STOPPED = 130
LONGEST = 1000


def run_app(app: typer.Typer, arguments: "Sequence[str]") -> int:
    """Run a command by its arguments; returns its exit status."""
    last_opened.set(None)
    _tolerate_encodings()
    try:
        code = typer.main.get_command(app).main(
            list(arguments), prog_name="lifecycle", standalone_mode=False
        )
        if sys.stdout is not None:  # it is where whoever started us closed it
            sys.stdout.flush()
    except TyperException as error:
        return _say_usage(error)
    except Abort:
        return say(Failure("stopped: a question was not answered"))
    except BrokenPipeError:
        return FAILED
    except KeyboardInterrupt:
        return say(Failure("stopped", STOPPED))
    except Exception as error:
        if DEBUG in arguments:
            raise
        return say(_failure(error))
    if code == STOPPED:
        return say(Failure("stopped", STOPPED))
    return code if isinstance(code, int) else 0


def _tolerate_encodings() -> None:
    """Write what the terminal's encoding lacks as an escape instead of failing on it."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError):  # what a caller put in its place, or nothing at all
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]  # suppressed


def say(failure: Failure) -> int:
    """Print what could not be done on one line; returns the exit status."""
    words = one_line(failure.words)
    shown = words if len(words) <= LONGEST else f"{words[:LONGEST]}…"
    with suppress(OSError):  # nobody listens
        errors.print(f"lifecycle: {shown}", highlight=False, soft_wrap=True)
    return failure.code


def _say_usage(error: TyperException) -> int:
    if type(error).__name__ == "NoArgsIsHelpError":  # the help is printed already
        return WRONG_INPUT
    asked = getattr(getattr(error, "ctx", None), "command_path", "lifecycle")
    said = error.format_message().rstrip(".")
    return say(Failure(f"{said}; `{asked} --help` shows what it takes", error.exit_code))


def _failure(error: Exception) -> Failure:
    """What to say of an error; the details of one that nobody foresaw go to the log."""
    settings = last_opened.get()
    known = failure_of(error, "" if settings is None else settings.database_name)
    if known is not None:
        return known
    kind = type(error).__name__
    place = _written(error, settings)
    return Failure(f"this was not expected ({kind}); the details are {place}: please report it")


def _written(error: Exception, settings: "Settings | None") -> str:
    """Where the details of a defect are."""
    if settings is not None:
        import structlog  # noqa: PLC0415 - loaded by whoever opened the home

        from agent.wiring import logs_of  # noqa: PLC0415

        with suppress(OSError), logs_of(settings) as folder:
            structlog.get_logger(__name__).error("command.failed", exc_info=error)
            if (folder / "lifecycle.log").is_file():  # a log that cannot be written says nothing
                return f"in {folder / 'lifecycle.log'}"
    return f"shown by `lifecycle {DEBUG} …`"
