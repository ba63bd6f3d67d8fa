"""What the API gives of a decision; every number is text, rounded once, beside its words."""

from pydantic import BaseModel, Field


class Quantity(BaseModel):
    """A number, and the same as a person reads it."""

    value: str = Field(examples=["23400.00"])
    words: str = Field(examples=["23,400.00 USD"])


class DecisionFigure(BaseModel):
    """One figure under each convention."""

    name: str
    label: str
    unit: str
    by_convention: dict[str, Quantity]


class Threshold(Quantity):
    """A value at which the answer turns."""

    name: str
    label: str
    unit: str


class LikelyRange(BaseModel):
    """Between which values the result lies four times of five, by the ranges of its inputs."""

    low: Quantity
    high: Quantity
    words: str


class InputSwing(BaseModel):
    """One input at its low and high, what the result is then, and where the answer turns."""

    name: str
    label: str
    unit: str
    range: str
    low: Quantity
    high: Quantity
    at_low: Quantity
    at_high: Quantity
    breakeven: Quantity | None


class YearsWorth(BaseModel):
    """The years' worth of contribution under one convention, and the net it leads to."""

    convention: str
    years: str
    words: str
    net: Quantity | None


class DecisionWarning(BaseModel):
    """What to know before a figure is believed."""

    id: str
    words: str


class DecisionInput(BaseModel):
    """One input as it was used, where it comes from, and what it stands instead of."""

    name: str
    label: str
    unit: str
    value: str | None
    words: str
    typed: str
    source: str
    owner: str
    instead_of: str


class DecisionAnswer(BaseModel):
    """The answer to a question; doing nothing is worth exactly 0."""

    question: str
    title: str
    about: str
    answer: str = Field(description="yes, no, depends or not computable")
    words: str
    currency: str
    convention: str
    judged_by: str
    figures: list[DecisionFigure]
    likely: LikelyRange | None
    missing: list[str]
    breakeven: list[Threshold]
    most_uncertain: InputSwing | None
    tornado: list[InputSwing]
    multiples: list[YearsWorth]
    warnings: list[DecisionWarning]
    notes: list[str]
    inputs: list[DecisionInput]
    formula_version: str
    input_hash: str


class QuestionInput(BaseModel):
    """An input of a question."""

    name: str
    unit: str
    label: str
    help: str
    choices: list[str]


class QuestionAsked(BaseModel):
    """A question and its inputs."""

    question: str
    title: str
    says: str
    inputs: list[QuestionInput]


class QuestionList(BaseModel):
    """Every question there is."""

    items: list[QuestionAsked]
