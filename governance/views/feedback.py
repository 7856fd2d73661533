"""Do people still follow the AI as agreed, are their overrides good ones, what is open, what was taught?"""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from feedback import lessons, periods, persons, queries, words
from feedback import page as pictures
from feedback.actions import alarms, exceptions, learning, plan
from feedback.models import FrontlineLink, LearningAction, Ring, Signal
from governance.forms.feedback import CloseForm, LearningForm, PlanForm, SeenForm, SignalForm
from governance.models import Assessment
from governance.views.frame import answer, done, form_page, may, portfolio_of, use_case_of
from governance.views.readiness import tabs
from portfolio.access.fetch import seats_of
from portfolio.access.identity import actor_of
from portfolio.models import UseCase
from portfolio.rules import NotVisible, Refused

_RIGHTS = (
    "feedback.plan",
    "feedback.import",
    "feedback.work",
    "feedback.link",
    "token.manage",
    "feedback.name_persons",
)


def page(request: HttpRequest, ref: str) -> HttpResponse:
    """The feedback tab: counts of a period (28 days), chart, reliance, reasons, signals, exceptions, lessons."""
    use_case = use_case_of(request, ref)
    now = datetime.now(UTC)
    today = now.date()
    period = periods.read(request.GET.get("period"), use_case.id, today)
    first, last = period.first, period.last
    agreed = pictures.plan_of(use_case.id)
    summary = pictures.summary(use_case.id, first, last)
    rings = pictures.alarms_of(use_case.id)
    waiting = pictures.open_exceptions([use_case.id])
    taught = lessons.of_use_case(use_case.id, today)
    days = pictures.days_of(use_case.id, agreed, period.drawn_to)
    rights = may(request, *_RIGHTS, seats=seats_of(use_case))
    shown_from = days[0][0] if days else today
    context = {
        "use_case": use_case,
        "portfolio": use_case.portfolio,
        "tabs": tabs(use_case, "use_case_feedback"),
        "may": rights,
        "period": period,
        "page": {"assessment": Assessment.objects.filter(use_case=use_case).first()},
        "now": now,
        "plan": agreed,
        "summary": summary,
        "rate": summary[f"{agreed.watches}_rate"],
        "headline": words.headline(summary, agreed.minimum_sample, period.words),
        "days": days,
        "marks": [(ring.rang_on, f"Alarm, {ring.rang_on:%-d %b}") for ring in rings if ring.rang_on >= shown_from],
        "taught": [
            (lesson.row.taught_on, f"Taught, {lesson.row.taught_on:%-d %b}")
            for lesson in taught
            if lesson.row.taught_on and lesson.row.taught_on >= shown_from
        ],
        "rings": [ring for ring in rings if ring.acknowledged_at is None],
        "seen": next((ring for ring in rings if ring.acknowledged_at), None),
        "reliance": _reliance(summary["reliance"]),
        "good_ones": words.good_ones(summary["reliance"]),
        "reasons": pictures.reasons_of(use_case.id, first, last)[:8],
        "groups": pictures.groups_of(use_case.id, first, last),
        "undecided": queries.undecided(use_case.id, first, last),
        "persons": persons.of(use_case.id, first, last) if agreed.named_persons and rights["work"] else None,
        "signals": pictures.signals_of(use_case.id, now),
        "exceptions": [(one, words.clock(one.seconds(now))) for one in waiting],
        "overdue": sum(one.overdue for one in waiting),
        "median": words.duration(summary["exceptions"]["median_seconds"]),
        "p90": words.duration(summary["exceptions"]["p90_seconds"]),
        "lessons": taught,
        "links": FrontlineLink.objects.filter(use_case=use_case, revoked_at=None),
        "last": pictures.last_event(use_case.id),
    }
    return answer(request, "governance/feedback.html", context)


def _reliance(table: dict[str, Any]) -> dict[str, Any]:
    a, b = table["accepted_right"], table["accepted_wrong"]
    g, h = table["overridden_model_wrong"], table["overridden_model_right"]
    return table | {
        "known": a + b + g + h,
        "kept": a / (a + h) if a + h else None,
        "caught": g / (g + b) if g + b else None,
    }


def listing(request: HttpRequest, slug: str) -> HttpResponse:
    """Every open exception of the portfolio, the one due first first."""
    portfolio = portfolio_of(request, slug)
    use_cases = {row.id: row for row in UseCase.objects.visible_to(actor_of(request)).filter(portfolio=portfolio)
                 .only("id", "key", "title")}  # fmt: skip
    now = datetime.now(UTC)
    rows = [
        (one, use_cases[one.use_case_id], words.clock(one.seconds(now))) for one in pictures.open_exceptions(use_cases)
    ]
    context = {
        "portfolio": portfolio, "rows": rows, "overdue": sum(one.overdue for one, _, _ in rows),
        "may": may(request, "feedback.work"),
    }  # fmt: skip
    return answer(request, "governance/exceptions.html", context)


def learning_listing(request: HttpRequest, slug: str) -> HttpResponse:
    """What the portfolio learns: lessons still to be taught, and which of the taught ones moved their rate."""
    portfolio = portfolio_of(request, slug)
    use_cases = UseCase.objects.visible_to(actor_of(request)).filter(portfolio=portfolio).values_list("id", flat=True)
    found = lessons.of_many(use_cases, datetime.now(UTC).date())
    opened = [one for one in found if one.row.taught_on is None]
    taught = [one for one in found if one.row.taught_on is not None]
    context = {
        "portfolio": portfolio, "opened": opened, "taught": taught,
        "moved": sum(one.effect == "moved" for one in taught),
        "judged": sum(one.effect in ("moved", "no_change") for one in taught), "may": may(request, "feedback.work"),
    }  # fmt: skip
    return answer(request, "governance/learning.html", context)


def _frame(use_case: UseCase, title: str, button: str) -> dict[str, Any]:
    back = reverse("use_case_feedback", args=[use_case.key])
    crumbs = [
        {"url": reverse("use_case", args=[use_case.key]), "label": use_case.key},
        {"url": back, "label": "Feedback"},
    ]
    return {"use_case": use_case, "title": title, "button": button, "back": back, "crumbs": crumbs}


def _home(request: HttpRequest, use_case: UseCase, said: str) -> HttpResponse:
    messages.success(request, said)
    return done(request, reverse("use_case_feedback", args=[use_case.key]))


def edit_plan(request: HttpRequest, ref: str) -> HttpResponse:
    """Agree the band and the clocks."""
    use_case = use_case_of(request, ref)
    row = pictures.plan_of(use_case.id)
    names = may(request, "feedback.name_persons")["name_persons"]
    initial = {name: getattr(row, name) for name in PlanForm.base_fields}
    form = PlanForm(request.POST or None, names=names, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            plan.agree(by=actor_of(request), use_case_id=use_case.id, **form.cleaned_data)
        except Refused as refused:
            form.refuse(refused)
        else:
            return _home(request, use_case, "The band and the clocks are agreed.")
    return form_page(request, _frame(use_case, f"Agreed band: {use_case.title}", "Agree") | {"form": form})


def signal(request: HttpRequest, ref: str, signal_id: UUID | None = None) -> HttpResponse:
    """A line of the monitoring plan: new, changed, or retired."""
    use_case = use_case_of(request, ref)
    row = None
    if signal_id is not None:
        row = Signal.objects.filter(use_case=use_case, id=signal_id, retired_at=None).first()
        if row is None:
            raise NotVisible
    initial = {name: getattr(row, name) for name in SignalForm.base_fields} if row else {"owner": use_case.lead_id}
    form = SignalForm(request.POST or None, portfolio=use_case.portfolio, initial=initial)
    by = actor_of(request)
    if request.method == "POST" and row is not None and "retire" in request.POST:
        plan.retire_signal(by=by, signal_id=row.id)
        return _home(request, use_case, f"{row.name} is watched no longer.")
    if request.method == "POST" and form.is_valid():
        try:
            if row is None:
                plan.define_signal(by=by, use_case_id=use_case.id, **form.said())
            else:
                plan.change_signal(by=by, signal_id=row.id, **form.said())
        except Refused as refused:
            form.refuse(refused)
        else:
            return _home(request, use_case, f"{form.cleaned_data['name']} is in the monitoring plan.")
    title = f"{row.name}: {use_case.title}" if row else f"New signal: {use_case.title}"
    return form_page(request, _frame(use_case, title, "Save") | {"form": form})


def close(request: HttpRequest, ref: str) -> HttpResponse:
    """Close an exception: what changes?"""
    use_case = use_case_of(request, ref)
    form = CloseForm(request.POST or None, initial={"exception": request.GET.get("exception", "")})
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            exceptions.close(
                by=actor_of(request), use_case_id=use_case.id, exception_id=said["exception"], change=said["change"],
                note=said["note"],
            )  # fmt: skip
        except Refused as refused:
            form.refuse(refused)
        else:
            return _home(request, use_case, "The exception is closed.")
    return form_page(request, _frame(use_case, f"Close the exception: {use_case.title}", "Close it") | {"form": form})


def lesson(request: HttpRequest, ref: str, action_id: UUID | None = None) -> HttpResponse:
    """Say what changes, or record that it was taught."""
    use_case = use_case_of(request, ref)
    row = None
    if action_id is not None:
        row = LearningAction.objects.filter(use_case=use_case, id=action_id).first()
        if row is None:
            raise NotVisible
    initial = {"text": row.text, "taught_on": row.taught_on or use_case.portfolio.today()} if row else {}
    form = LearningForm(request.POST or None, row=row, initial=initial | {"reason": request.GET.get("reason", "")})
    if request.method == "POST" and form.is_valid():
        by = actor_of(request)
        try:
            if row is None:
                learning.open_action(by=by, use_case_id=use_case.id, **form.cleaned_data)
            else:
                learning.teach(by=by, action_id=row.id, **form.cleaned_data)
        except Refused as refused:
            form.refuse(refused)
        else:
            return _home(request, use_case, "Saved: what changes is on record.")
    title = f"What was taught: {use_case.title}" if row else f"Say what changes: {use_case.title}"
    return form_page(request, _frame(use_case, title, "Save") | {"form": form})


def seen(request: HttpRequest, ref: str, ring_id: UUID) -> HttpResponse:
    """Acknowledge an alarm."""
    use_case = use_case_of(request, ref)
    if not Ring.objects.filter(use_case=use_case, id=ring_id).exists():
        raise NotVisible
    form = SeenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            alarms.acknowledge(by=actor_of(request), ring_id=ring_id, note=form.cleaned_data["note"])
        except Refused as refused:
            form.refuse(refused)
        else:
            return _home(request, use_case, "The alarm is acknowledged; the watch begins anew.")
    return form_page(request, _frame(use_case, f"The alarm of {use_case.title}", "Acknowledge") | {"form": form})
