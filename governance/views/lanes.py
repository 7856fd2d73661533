"""What do lanes ask and permit, in which version, and what changes when a use case moves to the newest?"""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from governance.actions import dates
from governance.forms.lanes import LABELS, LaneText
from governance.views.frame import answer, done, may, portfolio_of, use_case_of
from portfolio.access.identity import actor_of
from portfolio.models import Lane, Portfolio, UseCase
from portfolio.rules import Conflict, NotVisible, Reason, Refused
from readiness.actions.lanes import ADDS, PERMITS, change_lane
from readiness.actions.scope import newest_lane
from readiness.models import Answer
from readiness.queries import sets
from readiness.rules.answers import SETTLED
from readiness.rules.sets import QuestionSet, SetFault, compare, content, parse, plain
from readiness.yaml_text import YamlFault, dump, load


def lanes(request: HttpRequest, slug: str) -> HttpResponse:
    """What each lane permits, adds and asks."""
    portfolio = portfolio_of(request, slug)
    rows = list(Lane.objects.filter(portfolio=portfolio).order_by("code", "-version").distinct("code"))
    behind = dict(
        UseCase.objects.filter(portfolio=portfolio, lane__isnull=False)
        .exclude(lane__in=rows)
        .values_list("lane__code")
        .annotate(count=Count("id"))
    )
    found = [
        {"lane": lane, "set": asked, "fields": asked.required_fields(), "behind": behind.get(lane.code, 0),
         "permits": [(LABELS[name], text) for name, text in {**lane.permits, **lane.adds}.items() if text]}
        for lane, asked in ((lane, sets.of_lane(lane)) for lane in rows)
    ]  # fmt: skip
    found.sort(key=lambda row: row["fields"])
    context = {"portfolio": portfolio, "lanes": found, "may": may(request, "lane.change")}
    return answer(request, "governance/lanes.html", context)


def lane_edit(request: HttpRequest, slug: str, lane: str) -> HttpResponse:
    """Edit what a lane asks (YAML, typed or from a file) and permits: seen first if wished, then a new version."""
    portfolio = portfolio_of(request, slug)
    newest = newest_lane(portfolio, lane)
    if newest is None:
        raise NotVisible
    present = sets.of_lane(newest)
    initial = {"text": dump(plain(present)), "version": newest.version}
    form = LaneText(request.POST or None, request.FILES or None, lane=newest, initial=initial)
    shown: dict[str, Any] = {}
    if request.method == "POST" and form.is_valid():
        try:
            asked = _parsed(form.cleaned_data["text"], lane, newest.version + 1)
            if request.POST.get("act") == "look":
                shown = {"changes": changes_of(present, asked), "fields": asked.required_fields()}
            else:
                made = _saved(request, portfolio, lane, asked, form)
                return done(request, reverse("lane_edit", args=[slug, made.code]))
        except Refused as refused:
            form.refuse(refused)
    refused_ = bool(form.is_bound and (form.errors or form.refusal))
    return answer(request, "governance/lane_edit.html", {
        "portfolio": portfolio, "lane": newest, "form": form, "asked": present, **shown,
    }, status=422 if refused_ else 200)  # fmt: skip


def _parsed(text: str, lane: str, version: int) -> QuestionSet:
    try:
        data = load(text)
        return parse({"parts": data.get("parts") if isinstance(data, dict) else data}, lane, version)
    except (YamlFault, SetFault) as fault:
        raise Refused([Reason("unusable_set", str(fault), "text")]) from None


def _saved(request: HttpRequest, portfolio: Portfolio, lane: str, asked: QuestionSet, form: LaneText) -> Lane:
    try:
        made = change_lane(
            by=actor_of(request), portfolio_id=portfolio.id, lane=lane, questions=content(asked),
            permits=form.named(PERMITS), adds=form.named(ADDS), version=form.cleaned_data["version"],
        )  # fmt: skip
    except Conflict:
        text = "Somebody saved another version meanwhile. Yours is kept here; compare before you save again."
        raise Refused([Reason("changed_meanwhile", text, "text")]) from None
    messages.success(request, f"Version {made.version} is there; use cases stay on theirs until somebody moves them.")
    return made


@dataclass(frozen=True)
class Line:
    """One part that another version adds, takes out, words anew or keeps. `was` is the older wording."""

    code: str
    text: str
    was: str = ""


def changes_of(old: QuestionSet, new: QuestionSet) -> dict[str, list[Line]]:
    """What changes between two versions, by what it means for answers."""
    changed = compare(old, new)
    words = {part.code: part.text for part in old.parts} | {part.code: part.text for part in new.parts}
    before = {part.code: part.text for part in old.parts}
    return {
        "added": [Line(code, words[code]) for code in changed.added],
        "reworded": [Line(code, words[code], before[code]) for code in changed.reworded],
        "removed": [Line(code, words[code]) for code in changed.removed],
        "keeps": [Line(code, words[code]) for code in changed.keeps],
    }


def upgrade(request: HttpRequest, ref: str) -> HttpResponse:
    """Move a use case to the newest version of its lane: what changes first, what stays valid, then the move."""
    use_case = use_case_of(request, ref)
    newest = newest_lane(use_case.portfolio, use_case.lane.code) if use_case.lane else None
    if newest is None or use_case.lane is None:
        raise NotVisible
    back = reverse("readiness", args=[use_case.key])
    if request.method == "POST":
        dates.choose_lane(use_case_id=use_case.id, by=actor_of(request), lane=newest.code)
        messages.success(request, f"It answers version {newest.version} of the {newest.code} lane now.")
        return done(request, back)
    found = changes_of(sets.of_lane(use_case.lane), sets.of_lane(newest))
    settled = Answer.objects.filter(use_case=use_case, state__in=SETTLED).values_list("part", flat=True)
    stays = {line.code for line in found["keeps"]} & set(settled)
    return answer(request, "governance/lane_upgrade.html", {
        "portfolio": use_case.portfolio, "use_case": use_case, "old": use_case.lane, "newest": newest, "changes": found,
        "stays": sorted(stays), "again": sorted({line.code for line in found["reworded"]} & set(settled)), "back": back,
    })  # fmt: skip
