"""The page on which a question is asked: a form with what is known, and the answer below."""

from typing import TYPE_CHECKING

from fastapi import APIRouter
from starlette.responses import Response

from approvals.web.decide_query import ABOUT, DecideQuery, query_of
from approvals.web.errors import status_of
from approvals.web.visits import Reader, Visit
from tools.errors import BadInput
from tools.roi.decide import QUESTIONS, DecisionSubject, question_of
from tools.roi.decide.labels import UNITS, written
from tools.roi.decide.record import record
from tools.roi.decide.tornado_bars import offsets

if TYPE_CHECKING:
    from tools.roi.decide import Recommendation


def routes() -> APIRouter:
    """The routes of the page."""
    router = APIRouter(include_in_schema=False)
    router.add_api_route("/decide", _questions, methods=["GET"], response_model=None)
    router.add_api_route("/decide/{question}", _asked, methods=["GET"], response_model=None)
    return router


def _questions(visit: Reader) -> Response:
    """Every question there is."""
    return visit.page("decide_questions", questions=QUESTIONS.values())


def _asked(visit: Reader, question: str) -> Response:
    """One question: its form, and the answer once something was typed or named."""
    asked = question_of(question)
    pairs = visit.request.query_params.multi_items()
    try:
        query = query_of(asked, pairs)
    except BadInput as error:
        return _page(
            visit, DecideQuery(asked, {}, dict.fromkeys(ABOUT, "")), DecisionSubject(), error
        )
    subject = DecisionSubject()
    try:
        subject = query.subject(visit)
        found = None if query.empty else query.decision(subject)
    except BadInput as error:
        return _page(visit, query, subject, error)
    return _page(visit, query, subject, None, found)


def _page(
    visit: Visit,
    query: DecideQuery,
    subject: DecisionSubject,
    error: BadInput | None,
    found: "Recommendation | None" = None,
) -> Response:
    """The form with what was typed kept in it, and the error or the answer."""
    told = None if found is None else record(found)
    swings = () if found is None else found.swings
    return visit.page(
        "decide",
        200 if error is None else status_of(error),
        question=query.question,
        fields=_fields(query, subject),
        about=query.about,
        subject=subject,
        found=told,
        error="" if error is None else str(error),
        offsets=offsets(swings),
        questions=QUESTIONS.values(),
    )


def _fields(query: DecideQuery, subject: DecisionSubject) -> list[dict[str, object]]:
    """Each input of the form: what was typed, what is known, and where that comes from."""
    fields = []
    for spec in query.question.specs.values():
        known = subject.known.get(spec.name)
        words = "" if known is None else written(known.value, UNITS[spec.kind], subject.currency)
        fields.append(
            {
                "spec": spec,
                "typed": query.typed.get(spec.name, ""),
                "known": words,
                "source": "" if known is None else known.source,
                "low": query.typed.get(f"{spec.name}_low", ""),
                "high": query.typed.get(f"{spec.name}_high", ""),
            }
        )
    return fields
