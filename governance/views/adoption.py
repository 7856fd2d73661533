"""Whose work does this use case change, who was heard, who watches the AI?"""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from adoption import actions
from adoption.models import Engagement, Oversight, Plan, Role
from adoption.queries import facts_of
from adoption.rules import AffectedRole, gaps, slowest
from governance.forms.fields import Day, Plain, Text
from governance.views.frame import answer, done, may, use_case_of
from portfolio.access.identity import actor_of
from portfolio.rules import Refused, Stage


class LogEngagement(Plain):
    """A conversation with the frontline; short enough for a phone."""

    on = Day(label="When")
    who = forms.CharField(label="Who", max_length=200, help_text="A team or a group; no names.")
    heard = Text(label="What we heard")
    changed = Text(label="What we changed", rows=2, required=False)


def people(request: HttpRequest, ref: str) -> HttpResponse:
    """The people's side of one use case; a conversation is logged in place."""
    use_case = use_case_of(request, ref)
    today = use_case.portfolio.today()
    form = LogEngagement(request.POST if request.method == "POST" else None, initial={"on": today})
    if request.method == "POST" and form.is_valid():
        try:
            actions.log_engagement(use_case_id=use_case.id, by=actor_of(request), **form.cleaned_data)
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, "The conversation is logged.")
            return done(request, reverse("use_case_people", args=[use_case.key]))
    facts = facts_of([use_case.id])[use_case.id]
    missing = gaps(
        facts, lane=use_case.lane.code if use_case.lane else None, stage=Stage(use_case.stage),
        since_on=use_case.stage_since.date(), on=today,
    )  # fmt: skip
    context = {
        "portfolio": use_case.portfolio, "use_case": use_case, "facts": facts, "form": form, "today": today,
        "plan": Plan.objects.filter(use_case=use_case).select_related("owner").first(),
        "roles": Role.objects.filter(use_case=use_case).prefetch_related("actions__owner"),
        "heard": Engagement.objects.filter(use_case=use_case).select_related("logged_by")[:50],
        "oversight": Oversight.objects.filter(use_case=use_case).select_related("cover").first(),
        "overseer": use_case.overseer, "gaps": missing, "slowest": _name(slowest(facts.roles)),
        "may": may(request, "adoption.write"),
    }  # fmt: skip
    status = 422 if form.is_bound and (form.errors or form.refusal) else 200
    return answer(request, "governance/people.html", context, status=status)


def _name(role: AffectedRole | None) -> str:
    return role.name if role else ""
