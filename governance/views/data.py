"""The data map of a portfolio and the data a use case needs; what lanes ask; the calendar; how good forecasts were."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from governance.actions import sweep
from governance.charts import Row
from governance.facts import gather
from governance.forms.readiness import LaneText, NeedForm, RateForm, SourceForm
from governance.queries.calendar import entries
from governance.queries.data_map import data_map
from governance.queries.scores import own_scores
from governance.views.frame import answer, done, form_page, may, portfolio_of, use_case_of
from governance.views.readiness import tabs
from portfolio.access.identity import actor_of
from portfolio.models import Lane
from portfolio.rules import Conflict, NotVisible, Reason, Refused
from readiness.actions import data as actions
from readiness.actions import feeds
from readiness.actions.lanes import change_lane
from readiness.actions.scope import newest_lane
from readiness.models import DataNeed, DataSource, Defect
from readiness.queries import sets
from readiness.rules.facts import RATING_WORDS
from readiness.rules.sets import compare, plain
from readiness.yaml_text import YamlFault, dump, load


def _form(request: HttpRequest, form: Any, title: str, button: str, back: str, act: Any, said: str) -> HttpResponse:
    """Show the form; on a good post call `act` with its data, then go back and say so."""
    if request.method == "POST" and form.is_valid():
        try:
            act(**form.cleaned_data)
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, said)
            return done(request, back)
    context = {"form": form, "title": title, "button": button, "back": back, "crumbs": [{"url": back, "label": "Back"}]}
    return form_page(request, context)


def of_use_case(request: HttpRequest, ref: str) -> HttpResponse:
    """The Data tab: what it needs, from where, how fit."""
    use_case = use_case_of(request, ref)
    needs = DataNeed.objects.filter(use_case=use_case).select_related("source__steward", "source__owner", "asset")
    gaps = [gap for gap in gather([use_case.id]).facts[use_case.id].gaps if gap.code.startswith(("data_", "shared_"))]
    return answer(request, "governance/use_case_data.html", {
        "use_case": use_case, "portfolio": use_case.portfolio, "needs": needs, "gaps": gaps, "words": RATING_WORDS,
        "may": may(request, "need.edit"), "tabs": tabs(use_case, "use_case_data"),
    })  # fmt: skip


def need(request: HttpRequest, ref: str, need_id: Any = None) -> HttpResponse:
    """Add or change a data need."""
    use_case = use_case_of(request, ref)
    row = DataNeed.objects.filter(use_case=use_case, id=need_id).first() if need_id else None
    if need_id and row is None:
        raise NotVisible
    initial = {name: getattr(row, name) for name in ("purpose", "source", "access", "granted_until")} if row else {}
    form = NeedForm(request.POST or None, portfolio=use_case.portfolio, initial=initial)
    by = actor_of(request)

    def act(**said: Any) -> None:
        if row is None:
            actions.add_need(by=by, use_case_id=use_case.id, **said)
        else:
            actions.edit_need(by=by, need_id=row.id, **said)

    back = reverse("use_case_data", args=[use_case.key])
    return _form(request, form, "What data does it need?", "Save", back, act, "The need is on the map.")


def page(request: HttpRequest, slug: str) -> HttpResponse:
    """The data map, drawn and as a table."""
    portfolio = portfolio_of(request, slug)
    found = data_map(actor_of(request), portfolio)
    place = {view.source.id: index for index, view in enumerate(found.sources)}
    column = {use_case.id: index for index, use_case in enumerate(found.use_cases)}
    return answer(request, "governance/data_map.html", {
        "portfolio": portfolio, "map": found, "may": may(request, "data.edit"), "words": RATING_WORDS,
        "drawn": [(view.source.name, view.tone, view.fit) for view in found.sources],
        "titles": [use_case.title for use_case in found.use_cases],
        "links": [(place[source], column[use_case]) for source, use_case in found.links],
    })  # fmt: skip


def source(request: HttpRequest, slug: str, source_id: Any = None) -> HttpResponse:
    """Put a source on the map, or change it."""
    portfolio = portfolio_of(request, slug)
    row = _source(portfolio, source_id) if source_id else None
    names = tuple(SourceForm.base_fields)
    initial = {name: getattr(row, name) for name in names} if row else {}
    form = SourceForm(request.POST or None, portfolio=portfolio, initial=initial)
    by = actor_of(request)

    def act(**said: Any) -> None:
        if row is None:
            actions.add_source(by=by, portfolio_id=portfolio.id, **said)
        else:
            actions.edit_source(by=by, source_id=row.id, **said)

    return _form(
        request,
        form,
        row.name if row else "A data source",
        "Save",
        reverse("data_map", args=[slug]),
        act,
        "The map is up to date.",
    )


def _source(portfolio: Any, source_id: Any) -> DataSource:
    found = DataSource.objects.filter(portfolio=portfolio, id=source_id).first()
    if found is None:
        raise NotVisible
    return found


def rate(request: HttpRequest, slug: str, source_id: Any) -> HttpResponse:
    """Rate a source: opens or closes items wherever it is needed."""
    portfolio = portfolio_of(request, slug)
    row = _source(portfolio, source_id)
    form = RateForm(request.POST or None, initial=row.ratings())
    by = actor_of(request)
    back = reverse("data_map", args=[slug])
    return _form(request, form, f"Rate {row.name}", "Rate", back, lambda **said: actions.rate_source(by=by, source_id=row.id, **said), f"{row.name} is rated.")  # fmt: skip


def defect_close(request: HttpRequest, slug: str, defect_id: Any) -> HttpResponse:
    """A shared defect is mended: its item closes everywhere. Posting again takes that back."""
    portfolio = portfolio_of(request, slug)
    found = Defect.objects.filter(source__portfolio=portfolio, id=defect_id).first()
    if found is None:
        raise NotVisible
    if found.closed_at is None:
        actions.close_defect(by=actor_of(request), defect_id=found.id)
        undo = reverse("defect_close", args=[slug, found.id])
        messages.success(request, "Mended: its item closes everywhere.", extra_tags=f"undo:{undo}")
    else:
        actions.reopen_defect(by=actor_of(request), defect_id=found.id)
        messages.success(request, "It is open again.")
    return done(request, reverse("data_map", args=[slug]))


def calendar(request: HttpRequest, slug: str) -> HttpResponse:
    """Go/no-go dates and reviews, those without a date with the reason; a post makes the reader's feed key."""
    portfolio = portfolio_of(request, slug)
    key = ""
    if request.method == "POST":
        token = feeds.make_feed(by=actor_of(request), portfolio_id=portfolio.id)
        key = request.build_absolute_uri(f"{reverse('api:calendar', args=[slug])}?token={token}")
    sweep.settle_portfolio(portfolio.id)
    found = entries(actor_of(request), portfolio.id)
    rows = [Row(e.use_case.title, e.on, e.p50_on, e.p85_on, e.why) for e in found if e.kind == "decide"]
    return answer(request, "governance/calendar.html", {
        "portfolio": portfolio, "entries": found, "rows": rows, "today": portfolio.today(), "key": key,
    })  # fmt: skip


def lanes(request: HttpRequest, slug: str) -> HttpResponse:
    """What each lane permits, adds and asks."""
    portfolio = portfolio_of(request, slug)
    rows = Lane.objects.filter(portfolio=portfolio).order_by("code", "-version").distinct("code")
    found = [{"lane": lane, "set": sets.of_lane(lane), "fields": sets.of_lane(lane).required_fields()} for lane in rows]
    found.sort(key=lambda row: row["fields"])
    return answer(
        request, "governance/lanes.html", {"portfolio": portfolio, "lanes": found, "may": may(request, "lane.change")}
    )


def lane_edit(request: HttpRequest, slug: str, lane: str) -> HttpResponse:
    """Edit the questions of a lane as YAML: a new version; use cases stay on theirs."""
    portfolio = portfolio_of(request, slug)
    newest = newest_lane(portfolio, lane)
    if newest is None:
        raise NotVisible
    form = LaneText(
        request.POST or None, initial={"text": dump(plain(sets.of_lane(newest))), "version": newest.version}
    )
    by = actor_of(request)

    def act(text: str, version: int) -> None:
        try:
            data = load(text)
        except YamlFault as fault:
            raise Refused([Reason("unusable_set", str(fault), "text")]) from None
        parts = data.get("parts") if isinstance(data, dict) else data
        try:
            made = change_lane(by=by, portfolio_id=portfolio.id, lane=lane, questions={"parts": parts}, version=version)
        except Conflict:
            text = "Somebody saved another version meanwhile. Yours is kept here; compare before you save again."
            raise Refused([Reason("changed_meanwhile", text, "text")]) from None
        changed = compare(sets.of_lane(newest), sets.of_lane(made))
        told = (("added", changed.added), ("taken out", changed.removed), ("to be accepted again", changed.reworded))
        messages.info(
            request,
            f"Version {made.version}: " + ("; ".join(f"{', '.join(c)} {w}" for w, c in told if c) or "same questions"),
        )

    return _form(request, form, f"What the {lane} lane asks", "Save as a new version", reverse("lanes", args=[slug]), act, "The next version is there; use cases stay on theirs until somebody moves them.")  # fmt: skip


def forecasts(request: HttpRequest, slug: str) -> HttpResponse:
    """How good were the forecasts here, and what do the curves rest on?"""
    portfolio = portfolio_of(request, slug)
    return answer(request, "governance/forecasts.html", {"portfolio": portfolio, **own_scores(portfolio)})
