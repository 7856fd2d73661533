"""When is a pause looked at again, and until when may a pilot exceed the cap?"""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from governance.actions import terms as actions
from governance.facts import gather_one
from governance.forms.use_cases import RenewException, SetReview
from governance.views.frame import form_answer, use_case_of
from portfolio.access.identity import actor_of


def review(request: HttpRequest, ref: str) -> HttpResponse:
    """Set another day for the review of what is paused."""
    use_case = use_case_of(request, ref)

    def act(**said: Any) -> None:
        actions.set_review(use_case_id=use_case.id, by=actor_of(request), **said)

    back = reverse("use_case", args=[use_case.key])
    form = SetReview(request.POST or None, initial={"review_on": use_case.review_on})
    return form_answer(request, form, f"Review: {use_case.title}", "Set the review", back, act, "The review is set.")


def exception(request: HttpRequest, ref: str) -> HttpResponse:
    """Renew the exception that lets a pilot exceed the cap."""
    use_case = use_case_of(request, ref)

    def act(**said: Any) -> None:
        actions.renew_exception(use_case_id=use_case.id, by=actor_of(request), **said)

    back = reverse("use_case", args=[use_case.key])
    until_on = gather_one(use_case.id)[0].cap_exception_until
    form = RenewException(request.POST or None, initial={"until_on": until_on})
    said = "The exception is renewed."
    return form_answer(request, form, f"Cap exception: {use_case.title}", "Renew it", back, act, said)
