"""The words every floor shares about what may be done for an account."""

from typing import Literal, get_args

Goal = Literal["upsell", "retention", "win_back", "acceleration", "concession"]
GOALS: tuple[Goal, ...] = get_args(Goal)
# Channels that come with limits or a meaning of ours; a tenant's limits may name others.
CHANNELS = ("email", "call", "meeting", "in_app", "task")
DO_NOTHING = "do_nothing"
