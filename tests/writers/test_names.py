"""A person is addressed by a name that looks like one, or by none."""

import pytest

from tools.writers.languages import language_code, other_language
from tools.writers.names import readable_name, unnamed


@pytest.mark.parametrize(
    "name",
    ["Ada Reed", "Jörg Müller", "Li", "O’Neil Ann-Marie", "李小龙", "van der Berg, jr."[:12]],
)
def test_a_name_stays(name: str) -> None:
    assert readable_name(name) == name


@pytest.mark.parametrize(
    "name",
    [None, "", " ", "MÜLLER, JÖRG (GF)", "ADA REED", "Reed, Ada", "ada@x.example", "Ada 2", "n/a",
     "Unknown", "-", "A" * 61, "TEST"],
)  # fmt: skip
def test_what_is_no_name_is_none(name: str | None) -> None:
    assert readable_name(name) is None


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("What has changed since you left, {contact}", "What has changed since you left"),
        ("Anything in your way, {contact}?", "Anything in your way?"),
        ("Hello {contact},\n\nDear {contact}!", "Hello there,\n\nHello there!"),
        ("{contact}, are you there?", "Are you there?"),
        ("Call {contact} at {account}.", "Call your contact at {account}."),
    ],
)
def test_a_template_without_a_name_reads_well(template: str, said: str) -> None:
    assert unnamed(template, "your contact") == said


@pytest.mark.parametrize("written", ["de", "DE", "de-DE", "de_AT", " Deutsch ", "German"])
def test_a_language_has_one_code(written: str) -> None:
    assert language_code(written) == "de"
    assert other_language(written, "en") == written.strip()
    assert other_language(written, "de-CH") is None
