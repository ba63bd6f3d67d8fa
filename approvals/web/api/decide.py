"""Routes of the API on which questions are asked; they look and change nothing."""

from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Request

from approvals.web.api import decide_models as shown
from approvals.web.api import giving, models
from approvals.web.decide_query import ABOUT, query_of
from approvals.web.visits import Reader
from tools.roi.decide import QUESTIONS, question_of
from tools.roi.decide.record import questions_record, record

if TYPE_CHECKING:
    from collections.abc import Callable

    from tools.roi.decide import Question


def routes() -> APIRouter:
    """One route for each question, with its inputs, and the list of them."""
    router = APIRouter(prefix=f"{giving.ROOT}/decide", tags=["Decide"])
    router.add_api_route(
        "",
        _questions,
        methods=["GET"],
        operation_id="decide",
        response_model=shown.QuestionList,
        responses=models.PROBLEMS,
    )
    for question in QUESTIONS.values():
        router.add_api_route(
            f"/{question.key}",
            _asking(question),
            methods=["GET"],
            summary=question.title,
            operation_id=f"decide-{question.key}",
            response_model=shown.DecisionAnswer,
            responses=models.PROBLEMS,
            openapi_extra={"parameters": _parameters(question)},
        )
    router.add_api_route(
        "/{question}", _other, methods=["GET"], include_in_schema=False, response_model=None
    )
    return router


def _questions(visit: Reader) -> Any:
    """Every question there is, with the inputs it takes."""
    del visit
    return {"items": questions_record()}


def _other(visit: Reader, question: str) -> None:
    """A question that there is not: the nearest is named."""
    del visit
    question_of(question)


def _asking(question: "Question") -> "Callable[..., Any]":
    def asked(visit: Reader, request: Request) -> Any:
        query = query_of(question, request.query_params.multi_items())
        return record(query.decision(query.subject(visit)))

    asked.__doc__ = f"{question.title} It gives {question.says}; what is missing is named."
    return asked


def _parameters(question: "Question") -> list[dict[str, Any]]:
    """Its inputs as query parameters: numbers as a person writes them, `?` for not known."""
    text = {"type": "string", "maxLength": 60}
    named = {name: f"Fill in what is known of this {name}." for name in ABOUT}
    for spec in question.specs.values():
        named[spec.name] = spec.label + (f": {spec.help}" if spec.help else "")
    return [
        {"name": name, "in": "query", "required": False, "description": words, "schema": text}
        for name, words in named.items()
    ]
