"""The executor of an installation: its ways out, and the facts it asks once more."""

from typing import TYPE_CHECKING

from agent.contact_facts import folded_key
from agent.outlets import open_outlets, unsubscribe_url
from approvals.executor import Executor

if TYPE_CHECKING:
    from collections.abc import Callable

    from agent.wiring import Deps
    from approvals.lease import LeaseWatch


def open_executor(
    deps: "Deps",
    worker: str = "executor",
    stopping: "Callable[[], bool]" = bool,
    watch: "LeaseWatch | None" = None,
) -> Executor:
    """The executor of an installation; whether it is live is a setting."""
    settings = deps.settings
    deps.look()

    def leave_url(address: str, channel: str, contact: str | None) -> str:
        mailbox = deps.rulebook.limits.on(deps.gate.today()).same_mailbox
        key = folded_key(deps.key.secret, address, mailbox)
        return unsubscribe_url(settings, key, channel, contact)

    return Executor(
        deps.gate,
        open_outlets(settings, deps.clock),
        deps.fresh_facts,
        leave_url,
        worker,
        live=settings.live,
        stopping=stopping,
        watch=watch,
    )
