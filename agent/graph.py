"""The day, as a graph one can read aloud.

read the sources → score churn → stage every contact → segment and price against doing nothing →
choose and ask policy → put words → put into the queue → close the day.

A node is glue: it reads ids, calls one function and returns ids. State is plain JSON. The graph
ends with pending rows; deciding is not its business. Node names are stored in checkpoints: a
renamed node loses runs that were interrupted before the rename.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypedDict

if TYPE_CHECKING:
    from langgraph.checkpoint.base import BaseCheckpointSaver
    from langgraph.graph.state import CompiledStateGraph

VERSION = "1"


class State(TypedDict, total=False):
    """What a run remembers between steps: ids and counts, never data."""

    as_of: int
    """The day, set by the caller."""
    batch: str
    """Id of the batch read, set by `read`."""
    model: str
    """Hash of the churn model's document, set by `score`."""
    transitions: int
    """Changes of stage written, set by `stage`."""
    priced: int
    """Candidates priced, set by `price`."""
    choice: str
    """Hash of the document of what was chosen and refused, set by `choose`."""
    drafts: str
    """Hash of the document of the envelopes, set by `draft`."""
    created: int
    """Proposals created, set by `queue`."""
    summary: str
    """Hash of the document of the day's summary, set by `close`."""


Step = Callable[[State], State]
STEPS = ("read", "score", "stage", "price", "choose", "draft", "queue", "close")


def day_graph(
    steps: dict[str, Step], saver: "BaseCheckpointSaver[Any]"
) -> "CompiledStateGraph[State, None, State, State]":
    """Chain the steps of the day; each is saved before the next begins."""
    from langgraph.graph import END, START, StateGraph  # noqa: PLC0415 - slow; most run no day

    graph = StateGraph(State)
    # Which of its overloads fits is told differently with and without a cache of types.
    add_node: Callable[..., Any] = graph.add_node
    for name in STEPS:
        add_node(name, steps[name])
    for before, after in zip((START, *STEPS), (*STEPS, END), strict=True):
        graph.add_edge(before, after)
    return graph.compile(checkpointer=saver, name="day")
