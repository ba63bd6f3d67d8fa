"""The commands by name, each with its module and its line of help; a module loads when asked for.

A command imports only what it needs: the list of all of them would otherwise cost seconds, and be
paid for by every one. That each line is what its command says is checked by a test.
"""

from collections.abc import Iterator, MutableMapping
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

# Name, module in this package, help; in the order in which they are shown.
INDEX = (
    (
        "demo",
        "demo",
        "Simulate a company, live through its last mornings, and open the inbox with what waits.",
    ),
    ("run", "runs", "Run the morning: read, score, stage, price, choose, draft, queue."),
    ("queue", "proposals", "What waits for a person, best value first."),
    (
        "explain",
        "proposals",
        "Show one proposal in full: the words, the reasons, the arithmetic, the alternatives.",
    ),
    ("replay", "runs", "Compute a finished day again from what was known then; writes nothing."),
    ("why-not", "proposals", "Explain for every play why an account got no proposal."),
    ("runs", "runs", "The latest runs."),
    (
        "approve",
        "approve",
        "Approve words you have seen: name their hash, or read them here and say yes.",
    ),
    ("reject", "gate", "Reject a proposal, with a reason."),
    ("snooze", "gate", "Put a proposal off until a day."),
    (
        "undo",
        "gate",
        "Take your own decision of the last minutes back, or your yes while a second is missing.",
    ),
    ("revoke", "gate", "Withdraw a proposal, or an approval that was not acted on yet."),
    (
        "release",
        "gate",
        "Ask again for what was blocked wrongly: it waits in the queue, every earlier yes is void.",
    ),
    (
        "dispatch",
        "gate",
        "Carry out now what was approved and is due; the schedule does it every minute.",
    ),
    (
        "settle",
        "gate",
        "Say what became of an action when nobody knew; `again` needs the hash of its words.",
    ),
    ("pause", "gate", "Stop everything, a play or a channel, from this moment on."),
    ("resume", "gate", "Let go on what was paused."),
    (
        "restored",
        "gate",
        "After a backup was restored: pause everything, and doubt what may have left since.",
    ),
    (
        "verify",
        "gate",
        "Check that every promise holds in this database: bytes, approvals, chain, edges.",
    ),
    (
        "effects",
        "effects",
        "What each play is believed to do to each segment, and where that comes from.",
    ),
    (
        "lift",
        "effects",
        "Let a play be proposed to a segment again that our own outcomes spoke against.",
    ),
    (
        "serve",
        "service",
        "Inbox, schedule and executor, each a process of its own that is started again if it dies.",
    ),
    ("web", "service", "The inbox alone; the schedule runs in `lifecycle worker`."),
    ("worker", "service", "Schedule and executor alone; as many as you like, on PostgreSQL."),
    ("jobs", "service", "Each job's last slot, and how late it is."),
    (
        "person",
        "persons",
        "Everything that is kept about one person, as JSON; to answer who asks for it.",
    ),
    ("erase", "persons", "Erase one person from everything that is kept; it cannot be undone."),
    (
        "connect",
        "company",
        "Look at a folder of files and propose a mapping for a person to correct.",
    ),
    (
        "simulate",
        "company",
        "Write the files of a simulated company; its truth goes into a folder beside them.",
    ),
    (
        "audit",
        "company",
        "Do the sources agree on who the customers are? Matches, conflicts, freshness, consent.",
    ),
    (
        "quarantine",
        "quarantine",
        "What could not be used of the files: file, line, value, reason, and what to do.",
    ),
    (
        "features",
        "customers",
        "What is known of an account as of a day, or what each feature means.",
    ),
    ("roster", "customers", "Everybody's stage on a morning, since when, and because of what."),
    (
        "churn",
        "customers",
        "The churn model of a morning: definition, ladder, calibration, and who is most at risk.",
    ),
    (
        "segments",
        "customers",
        "Segments, what becomes of each, and whether they really behave differently.",
    ),
    (
        "retention",
        "measures",
        "Retention by signup cohort, with its definition, intervals and incomplete buckets marked.",
    ),
    (
        "revenue",
        "measures",
        "Recurring revenue month by month, to the cent, with net and gross retention.",
    ),
    (
        "decide",
        "decide",
        "Accept, accelerate, concede, campaign A or B, retain, expand, intervene: with the sums.",
    ),
    (
        "backtest",
        "backtest",
        "What would have been queued on past weeks, and how the score did; nothing is kept.",
    ),
    (
        "report",
        "reports",
        "The leadership report of a week or a month: made once, archived, the same for ever.",
    ),
    ("reports", "reports", "The archive: which reports there are, and who got them."),
    ("accounts", "accounts", "Whom to call today, why, and whom to leave alone."),
    ("people", "people", "Who may sign in, with which role."),
    ("policies", "policies", "The files people edit: what each may hold."),
)


def registered(module: str) -> dict[str, Any]:
    """The commands of a module, which is imported for them."""
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    import_module(f"{__package__}.{module}").register(app)
    return dict(typer.main.get_group(app).commands)


class Commands(MutableMapping[str, Any]):
    """Commands by name, each imported when somebody takes it."""

    def __init__(self) -> None:
        """Know the names."""
        self._modules = {name: module for name, module, _ in INDEX}
        self._loaded: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        """The command itself."""
        if name not in self._loaded:
            self._loaded.update(registered(self._modules[name]))
        return self._loaded[name]

    def __setitem__(self, name: str, command: Any) -> None:
        """Add one that is loaded."""
        self._modules.setdefault(name, "")
        self._loaded[name] = command

    def __delitem__(self, name: str) -> None:
        """Forget one."""
        del self._modules[name]
        self._loaded.pop(name, None)

    def __iter__(self) -> Iterator[str]:
        """The names, in the order in which they are shown."""
        return iter(self._modules)

    def __len__(self) -> int:
        """How many there are."""
        return len(self._modules)


class CommandIndex(TyperGroup):
    """The group of all commands; its help tells of them without loading any."""

    def __init__(self, **options: Any) -> None:
        """Take typer's options; the commands are those of the index."""
        super().__init__(**{**options, "commands": Commands()})
        self._told: dict[str, TyperCommand] | None = None

    def list_commands(self, ctx: Any) -> list[str]:
        """The names, without loading what they stand for."""
        del ctx
        return list(self.commands)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command, or, while help is written, its name and line of help."""
        return super().get_command(ctx, cmd_name) if self._told is None else self._told[cmd_name]

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the help from the index alone."""
        self._told = {name: TyperCommand(name, help=told) for name, _, told in INDEX}
        try:
            super().format_help(ctx, formatter)
        finally:
            self._told = None
