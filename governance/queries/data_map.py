"""Which source feeds which use case, how fit is each, what do the words mean there?"""

from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import Count

from portfolio.models import Portfolio, UseCase
from portfolio.rules import Actor
from readiness.models import DataAsset, DataNeed, DataSource, Defect, Term
from readiness.rules.facts import FIT, RATING_WORDS


@dataclass
class SourceView:
    source: DataSource
    used_by: list[UseCase] = field(default_factory=list)
    defects: list[Defect] = field(default_factory=list)
    assets: list[DataAsset] = field(default_factory=list)

    @property
    def fit(self) -> str:
        return RATING_WORDS[self.source.lowest]

    @property
    def tone(self) -> str:
        return "idle" if self.source.lowest == 0 else "go" if self.source.lowest >= FIT else "stop"


@dataclass(frozen=True)
class TermWarning:
    """A term with two meanings, or reached on two paths."""

    code: str
    term: str
    text: str


@dataclass(frozen=True)
class DataMap:
    sources: list[SourceView]
    use_cases: list[UseCase]
    links: list[tuple[UUID, UUID]]  # source, use case
    terms: list[Term]
    warnings: list[TermWarning]


def data_map(actor: Actor, portfolio: Portfolio) -> DataMap:
    """Six queries, whatever the number of sources."""
    rows = DataSource.objects.visible_to(actor).filter(portfolio=portfolio).select_related("owner", "steward")
    views = {row.id: SourceView(row) for row in rows}
    links, use_cases = [], {}
    needs = DataNeed.objects.visible_to(actor).filter(use_case__portfolio=portfolio, source__isnull=False)
    for need in needs.select_related("use_case").order_by("use_case__key"):
        pair = (need.source_id, need.use_case_id)
        if pair not in links and need.source_id in views:
            links.append(pair)
            use_cases[need.use_case_id] = need.use_case
            views[need.source_id].used_by.append(need.use_case)
    for defect in Defect.objects.filter(source__in=views, closed_at=None).select_related("owner"):
        views[defect.source_id].defects.append(defect)
    for asset in DataAsset.objects.filter(source__in=views).annotate(uses=Count("needs__use_case", distinct=True)):
        views[asset.source_id].assets.append(asset)
    terms = list(
        Term.objects.visible_to(actor)
        .filter(portfolio=portfolio)
        .select_related("owner")
        .prefetch_related("uses__source")
    )
    return DataMap(list(views.values()), list(use_cases.values()), links, terms, _warnings(terms))


def _warnings(terms: list[Term]) -> list[TermWarning]:
    found = []
    for term in terms:
        uses = list(term.uses.all())
        other = [use for use in uses if use.meaning and use.meaning != term.definition]
        if other:
            where = ", ".join(use.source.name for use in other)
            found.append(TermWarning("two_meanings", term.name, f"“{term.name}” means something else in {where}."))
        paths = {use.source.access_path for use in uses if use.source.access_path}
        if len(paths) > 1:
            text = f"“{term.name}” is reached on {len(paths)} paths: {', '.join(sorted(paths))}."
            found.append(TermWarning("two_paths", term.name, text))
        if not term.definition or term.owner_id is None:
            missing = "definition" if not term.definition else "owner"
            found.append(TermWarning("term_open", term.name, f"“{term.name}” has no {missing}."))
    return found
