"""The SQL that reads a text as an instant by the first of several formats that fits."""

from tools.sources.raw import quoted

_UNIX = {"epoch_s": 1_000_000, "epoch_ms": 1_000, "epoch_us": 1}


def instant_sql(v: str, formats: tuple[str, ...], zone: str) -> str:
    """Microseconds since 1970 in UTC; local times without an offset are of the zone."""
    return f"coalesce({', '.join(_one(v, form, zone) for form in formats)})"


def _one(v: str, form: str, zone: str) -> str:
    if form == "iso":
        return f"iso_instant({v}, {quoted(zone)})"
    if form in _UNIX:
        return f"unix_instant({v}, {_UNIX[form]})"
    if "%z" in form or "%Z" in form:
        return f"offset_instant({v}, {quoted(form)})"
    return f"local_instant({v}, {quoted(form)}, {quoted(zone)})"
