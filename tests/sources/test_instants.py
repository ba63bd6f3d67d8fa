"""An instant is the same instant in whatever form and zone it is written."""

import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.sources.folders import read

EVENTS = """
company: Acme
zone: Asia/Tokyo
known: when_occurred
inputs:
  - table: events
    file: a.tsv
    occurred: {{from: at, formats: "{form}", zone: {zone}}}
    columns: {{event_key: id, name: {{value: x}}}}
"""
FORMS = (
    "iso", "%d %b, %Y %H:%M:%S", "%d-%m-%Y %H.%M.%S", "%m/%d/%y %I:%M:%S %p", "%d.%m.%Y %H:%M:%S",
    "%Y-%m-%d %H:%M:%S %z", "epoch_s", "epoch_ms",
)  # fmt: skip
ZONES = ("UTC", "America/New_York", "Europe/Berlin", "Asia/Kathmandu", "Pacific/Auckland")
MOMENTS = st.datetimes(datetime(1999, 1, 1), datetime(2035, 1, 1)).map(  # noqa: DTZ001 - UTC below
    lambda moment: moment.replace(microsecond=0, tzinfo=UTC)
)


def written(moment: datetime, form: str, zone: str) -> str:
    """The moment as a clock on a wall of the zone shows it."""
    local = moment.astimezone(ZoneInfo(zone))
    if form.startswith("epoch"):
        return str(int(moment.timestamp()) * (1000 if form == "epoch_ms" else 1))
    return local.strftime("%Y-%m-%d %H:%M:%S" if form == "iso" else form)


def once(moment: datetime, zone: str) -> bool:
    """Whether the wall clock shows this time once that day, so that it means one instant."""
    local = moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    return all(
        (moment + timedelta(hours=h)).astimezone(ZoneInfo(zone)).replace(tzinfo=None) != local
        for h in (-2, -1, 1, 2)
    )


@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=12)
@given(st.lists(MOMENTS, min_size=1, max_size=6), st.sampled_from(ZONES))
def test_every_form_reads_to_the_same_instant(
    form: str, moments: list[datetime], zone: str
) -> None:
    plain = [m for m in moments if once(m, zone) or form[-2:] in {"_s", "ms", "%z"}]
    rows = "".join(f"{n}\t{written(m, form, zone)}\n" for n, m in enumerate(plain))
    with tempfile.TemporaryDirectory() as folder:
        batch = read(Path(folder), EVENTS.format(form=form, zone=zone), a_tsv="id\tat\n" + rows)
    found = {r["event_key"]: r["occurred_at"] for r in batch.tables["events"].to_pylist()}
    assert found == {str(n): int(m.timestamp()) * 1_000_000 for n, m in enumerate(plain)}
    assert batch.rejected == ()


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("%d-%m-%Y", "29-02-2023"), ("%d-%m-%Y", "31-04-2023"),
        ("%d/%m/%Y %H:%M", "1/1/2023 24:01"),
        ("iso", "2023-02-29"), ("%d %b, %Y", "30 Feb, 2024"), ("epoch_s", "1e99"),
    ],
)  # fmt: skip
def test_a_day_there_is_not_is_told(tmp_path: Path, form: str, text: str) -> None:
    batch = read(tmp_path, EVENTS.format(form=form, zone="UTC"), a_tsv=f"id\tat\n1\t{text}\n")
    assert batch.tables["events"].num_rows == 0
    assert [(r.line, r.value, r.reason) for r in batch.rejected] == [
        (2, text, f"not a date of the form {form}; the row is left out")
    ]
