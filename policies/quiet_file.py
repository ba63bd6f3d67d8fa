"""What quiet hours may hold: {starts, ends, weekends}, or {windows: [...], weekends}."""

from datetime import time
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, model_validator

from policies.quiet import DAYS, MIDNIGHT, SHORT, QuietHours, QuietWindow, covers
from tools.errors import nearest
from tools.file_mistakes import mistake
from tools.file_model import FileModel, Items

TIMES = 'expected a time such as "19:00"'


def _text(written: object) -> object:
    """YAML reads 19:00 as a number of minutes."""
    if isinstance(written, int) and not isinstance(written, bool):
        raise mistake('put the time in quotes, such as "19:00"')
    return written


def _time(text: str) -> str:
    if text != "24:00":
        try:
            moment = time.fromisoformat(text)
        except ValueError as error:
            raise mistake(TIMES) from error
        if moment.tzinfo is not None:
            raise mistake(f"{TIMES}, without a zone: quiet hours are local time")
    return text


def _weekend(given: object) -> object:
    """True is Saturday and Sunday, false is no day."""
    if isinstance(given, list):
        return given
    if not isinstance(given, bool):
        raise mistake("expected true or false, or days as [fri, sat]")
    return [SHORT[5], SHORT[6]] if given else []


def _weekday(day: str) -> str:
    word = day.strip().lower()
    if word not in {*SHORT, *DAYS}:
        raise mistake(f"{day!r} is no day of the week; {nearest(word, (*SHORT, *DAYS))}")
    return word[:3]


Time = Annotated[str, AfterValidator(_time), BeforeValidator(_text, json_schema_input_type=str)]
Weekday = Annotated[str, AfterValidator(_weekday)]
Weekend = Annotated[
    Items[Weekday], BeforeValidator(_weekend, json_schema_input_type=bool | Items[Weekday])
]


def _clock(text: str) -> time:
    return MIDNIGHT if text == "24:00" else time.fromisoformat(text)


class WindowEntry(FileModel):
    """Quiet from `starts` to `ends`, local time."""

    starts: Time
    ends: Time

    @property
    def noun(self) -> QuietWindow:
        """The window."""
        return QuietWindow(_clock(self.starts), _clock(self.ends))

    @model_validator(mode="after")
    def _some_length(self) -> "WindowEntry":
        if self.noun.starts == self.noun.ends:
            raise mistake(
                f"quiet hours start and end at {self.noun.starts:%H:%M}; "
                "for none at all write windows: []"
            )
        return self


class QuietEntry(FileModel):
    """When nobody is reached."""

    starts: Time | None = None
    ends: Time | None = None
    windows: Items[WindowEntry] | None = None
    weekends: Weekend

    @property
    def noun(self) -> QuietHours:
        """The quiet hours."""
        windows = self.windows
        if windows is None:
            windows = (WindowEntry(starts=self.starts or "", ends=self.ends or ""),)
        days = frozenset(SHORT.index(day) for day in self.weekends)
        return QuietHours(tuple(window.noun for window in windows), days)

    @model_validator(mode="after")
    def _one_form(self) -> "QuietEntry":
        if self.windows is not None and (self.starts or self.ends):
            raise mistake("give either starts and ends, or windows")
        missing = [key for key in ("starts", "ends") if getattr(self, key) is None]
        if self.windows is None and missing:
            raise mistake("this key is required; add it, or give windows", missing[0])
        hours = self.noun
        if len(hours.weekend) == len(DAYS) or covers(hours.windows):
            raise mistake(
                "with these quiet hours there is no moment left to reach anybody; "
                "take out a window or a day"
            )
        return self
