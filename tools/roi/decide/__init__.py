"""The questions asked about one customer, deal or segment, answered with their arithmetic."""

from tools.roi.decide.decision import Recommendation, decide
from tools.roi.decide.known import DecisionSubject, KnownInput
from tools.roi.decide.questions import QUESTIONS, Question, question_of

__all__ = [
    "QUESTIONS",
    "DecisionSubject",
    "KnownInput",
    "Question",
    "Recommendation",
    "decide",
    "question_of",
]
