"""The questions asked about one customer, deal or segment, answered with their arithmetic."""

from tools.roi.decide.decision import Decision, decide
from tools.roi.decide.known import KnownInput, Subject
from tools.roi.decide.questions import QUESTIONS, Question, question_of

__all__ = ["QUESTIONS", "Decision", "KnownInput", "Question", "Subject", "decide", "question_of"]
