"""Where an effect comes from, in words."""


def origin(n: int, others: int, prior: str) -> str:
    """Of an effect that our own outcomes of the segment say something about."""
    more = f", {others} of the same play in other segments" if others else ""
    return f"from {n} of your own outcomes{more} and {_before(prior)}"


def pooled_origin(others: int, lacking: int, prior: str) -> str:
    """Of an effect that only the play's outcomes in other segments say something about."""
    return (
        f"from {others} of your own outcomes of the same play in other segments and "
        f"{_before(prior)}; {_lacking(lacking)} in this segment"
    )


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
