"""Where an effect comes from, in words."""


def origin(n: int, same: int, other: int, prior: str) -> str:
    """Of an effect that our own outcomes of the segment say something about.

    `same` are outcomes of the same play in other segments, `other` of other plays of its goal.
    """
    more = "".join(f", {part}" for part in _more(same, other))
    return f"from {n} of your own outcomes{more} and {_before(prior)}"


def pooled_origin(same: int, other: int, lacking: int, prior: str) -> str:
    """Of an effect that only outcomes of other segments or other plays say something about."""
    first, *rest = _more(same, other)
    said = "".join(f", {part}" for part in rest)
    words = first.replace(" of ", " of your own outcomes of ", 1)
    return f"from {words}{said} and {_before(prior)}; {_lacking(lacking)} in this segment"


def _more(same: int, other: int) -> list[str]:
    found = [
        (same, "of the same play in other segments"),
        (other, "of other plays with the same goal"),
    ]
    return [f"{n} {words}" for n, words in found if n]


def thin_origin(lacking: int, prior: str) -> str:
    """Of an effect that is the prior: our own outcomes are too few."""
    return f"{prior}; {_lacking(lacking)}"


def _lacking(number: int) -> str:
    return f"not enough data yet: about {number} more outcomes are needed"


def _before(prior: str) -> str:
    """What was believed before, named by its kind."""
    kind, _, rest = prior.partition(":")
    if kind.strip().lower() == "published":
        return f"one published trial ({rest.strip()})"
    if kind.strip().lower() == "assumption":
        return f"an assumption ({rest.strip()})"
    return f"what was believed before ({prior})"
