"""The data map of a portfolio and the data a use case needs: sources, ratings, defects, assets, terms."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from governance.facts import gather
from governance.forms.data import DefectForm, MendedForm, NeedForm, RateForm, SourceForm, TermForm, UseTermForm
from governance.forms.fields import Plain
from governance.queries.data_map import data_map
from governance.views.frame import answer, done, form_answer, may, portfolio_of, use_case_of
from governance.views.readiness import tabs
from portfolio.access.identity import actor_of
from portfolio.models import Portfolio
from portfolio.rules import NotVisible
from readiness.actions import data as actions
from readiness.models import DataNeed, DataSource, Defect, Term
from readiness.rules.facts import RATING_WORDS


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
    initial = {name: getattr(row, name) for name in NeedForm.base_fields} if row else {}
    form = NeedForm(request.POST or None, portfolio=use_case.portfolio, initial=initial)
    by = actor_of(request)

    def act(**said: Any) -> None:
        if row is None:
            actions.add_need(by=by, use_case_id=use_case.id, **said)
        else:
            actions.edit_need(by=by, need_id=row.id, **said)

    back = reverse("use_case_data", args=[use_case.key])
    return form_answer(request, form, "What data does it need?", "Save", back, act, "The need is on the map.")


def need_remove(request: HttpRequest, ref: str, need_id: Any) -> HttpResponse:
    """It does not need this after all. Asks first: a need is not brought back."""
    use_case = use_case_of(request, ref)
    row = DataNeed.objects.filter(use_case=use_case, id=need_id).first()
    if row is None:
        raise NotVisible
    by, back = actor_of(request), reverse("use_case_data", args=[use_case.key])
    form = Plain(request.POST if request.method == "POST" else None)
    title = f"Does it no longer need “{row.purpose}”?"
    return form_answer(
        request, form, title, "Take it off", back, lambda: actions.remove_need(by=by, need_id=row.id), "It is off the map.",
        danger=True,
    )  # fmt: skip


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

    title, back = row.name if row else "A data source", reverse("data_map", args=[slug])
    return form_answer(request, form, title, "Save", back, act, "The map is up to date.")


def _source(portfolio: Portfolio, source_id: Any) -> DataSource:
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
    said = f"{row.name} is rated."
    return form_answer(
        request, form, f"Rate {row.name}", "Rate", back, lambda **given: actions.rate_source(by=by, source_id=row.id, **given), said
    )  # fmt: skip


def defect(request: HttpRequest, slug: str, source_id: Any) -> HttpResponse:
    """Something is wrong with a source: one item in every use case that needs it."""
    portfolio = portfolio_of(request, slug)
    row = _source(portfolio, source_id)
    form = DefectForm(request.POST or None, portfolio=portfolio, initial={"kind": "data_access", "owner": row.steward})
    by, back = actor_of(request), reverse("data_map", args=[slug])
    return form_answer(
        request, form, f"What is wrong with {row.name}?", "Open it", back,
        lambda **given: actions.open_defect(by=by, source_id=row.id, **given), "It is one item in every use case that needs it.",
    )  # fmt: skip


def defect_close(request: HttpRequest, slug: str, defect_id: Any) -> HttpResponse:
    """A shared defect is mended: its item closes everywhere, and what was made may be reused. Undone by reopening."""
    portfolio = portfolio_of(request, slug)
    found = Defect.objects.filter(source__portfolio=portfolio, id=defect_id).first()
    if found is None:
        raise NotVisible
    back = reverse("data_map", args=[slug])
    form = MendedForm(request.POST if request.method == "POST" else None)
    by, undo = actor_of(request), reverse("defect_reopen", args=[slug, found.id])
    return form_answer(
        request, form, f"Mended: {found.text}", "It is mended", back,
        lambda **given: actions.close_defect(by=by, defect_id=found.id, **given), "Mended: its item closes everywhere.",
        undo=undo,
    )  # fmt: skip


def defect_reopen(request: HttpRequest, slug: str, defect_id: Any) -> HttpResponse:
    """Take a closing back."""
    portfolio = portfolio_of(request, slug)
    found = Defect.objects.filter(source__portfolio=portfolio, id=defect_id).first()
    if found is None:
        raise NotVisible
    actions.reopen_defect(by=actor_of(request), defect_id=found.id)
    messages.success(request, "It is open again.")
    return done(request, reverse("data_map", args=[slug]))


def term(request: HttpRequest, slug: str, term_id: Any = None) -> HttpResponse:
    """Give a word of the trade its one definition and owner."""
    portfolio = portfolio_of(request, slug)
    row = _term(portfolio, term_id) if term_id else None
    initial = {name: getattr(row, name) for name in TermForm.base_fields} if row else {}
    form = TermForm(request.POST or None, portfolio=portfolio, initial=initial)
    by, back = actor_of(request), reverse("data_map", args=[slug])

    def act(**said: Any) -> None:
        actions.save_term(by=by, portfolio_id=portfolio.id, term_id=row.id if row else None, **said)

    return form_answer(request, form, row.name if row else "A term", "Save", back, act, "The term is defined.")


def term_use(request: HttpRequest, slug: str, term_id: Any) -> HttpResponse:
    """Say which source holds a term, and whether it means something else there."""
    portfolio = portfolio_of(request, slug)
    row = _term(portfolio, term_id)
    form = UseTermForm(request.POST or None, portfolio=portfolio)
    by, back = actor_of(request), reverse("data_map", args=[slug])

    def act(source: DataSource, meaning: str) -> None:
        actions.use_term(by=by, term_id=row.id, source_id=source.id, meaning=meaning)

    return form_answer(request, form, f"Where is “{row.name}” held?", "Save", back, act, "The map is up to date.")


def _term(portfolio: Portfolio, term_id: Any) -> Term:
    found = Term.objects.filter(portfolio=portfolio, id=term_id).first()
    if found is None:
        raise NotVisible
    return found
