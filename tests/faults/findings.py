"""What an independent attack got through and what happened then: rows 61 and on of the table."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """A fault that was found from outside, and what it did before it was mended."""

    fault: str
    before: str


FINDINGS = {
    61: Finding("idle and slow connections", "1,100 of them stopped the service for good"),
    62: Finding("many passwords at once", "40 sign-ins took 2.5 GB"),
    63: Finding("web, schedule or executor killed", "all three ended together"),
    64: Finding("forged X-Forwarded-For", "trusted from anybody"),
    65: Finding("facts unreadable at the claim", "the action ended as blocked"),
    66: Finding("blocked wrongly", "no way back"),
    67: Finding("approved unseen from the command line", "approved without its hash"),
    68: Finding("status set back by hand", "sent a second time"),
    69: Finding("revocation or no taken out by hand", "sent"),
    70: Finding("votes deleted by hand", "sent with too few"),
    71: Finding("audit cut, replaced, truncated", "not seen"),
    72: Finding("database locked by another process", "every request waited, none was answered"),
    73: Finding("clock jumps and comes back", "expired, sent or silenced for good"),
    74: Finding("bulk repeated after a lost reply", "another answer; one stale item failed all"),
    75: Finding("words in disguise", "links and discounts passed as words"),
    76: Finding("malformed link in an edit", "500, the typed text lost"),
    77: Finding("backup restored", "sent again; later unsubscribes lost"),
    78: Finding("section fails in passing", "the report stayed without it"),
    79: Finding("symlink out of the data folder", "followed"),
    80: Finding("terminal escapes in data", "reached the terminal"),
    81: Finding("2 GB line, alias bomb", "memory ran out"),
    82: Finding("look-alike colleagues, old tokens", "accepted"),
    83: Finding("every command with a broken home", "tracebacks"),
    84: Finding("worker killed with claims", "taken over after five minutes each"),
    85: Finding("left-overs of erasures and killed reports", "stayed on disk"),
}
