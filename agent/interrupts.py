"""Ctrl-C while the program is still loading is one line too; imported before all that loads."""

import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import TracebackType


def tell(kind: type[BaseException], error: BaseException, trace: "TracebackType | None") -> None:
    """Say that it was stopped, and show every other error as ever."""
    if issubclass(kind, KeyboardInterrupt):
        os.write(2, b"lifecycle: stopped\n")
    else:
        sys.__excepthook__(kind, error, trace)


sys.excepthook = tell
