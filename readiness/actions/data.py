"""Map sources, rate them, name terms, state needs. A rating is one row and one line; dependents follow by one insert."""

from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from ledger import actions as ledger
from portfolio import changes
from portfolio.models import Portfolio, UseCase
from portfolio.rules import Actor, NotPermitted, NotVisible, Reason, Refused
from readiness.actions.scope import portfolio_of, require_members, use_case_of
from readiness.forecast.curves import STARTING_MEDIANS
from readiness.models import DataAsset, DataNeed, DataSource, Defect, FitnessRating, Term, TermUse
from readiness.models.data import ACCESS, CLASSES
from readiness.rules.facts import RATINGS

SOURCE_FIELDS = ("name", "system", "owner", "steward", "access_path", "access_state", "contract", "classification",
                 "personal_data")  # fmt: skip
NEED_FIELDS = ("purpose", "source", "asset", "required", "minimum", "access", "granted_until")


def _dependents(source: DataSource) -> list[UUID]:
    return list(DataNeed.objects.filter(source=source).values_list("use_case_id", flat=True).distinct())


def _checked(portfolio: Portfolio, said: dict[str, Any]) -> dict[str, Any]:
    """Texts trimmed, choices known, people members, rows of this portfolio."""
    reasons = []
    for name, value in said.items():
        if isinstance(value, str):
            said[name] = value.strip()
    for name, allowed in (("access_state", ACCESS), ("access", ACCESS), ("classification", CLASSES)):
        if name in said and said[name] not in dict(allowed):
            reasons.append(Reason("unknown_choice", "There is no such choice.", name))
    for name in ("name", "purpose"):
        if said.get(name) == "":
            reasons.append(Reason("no_name", "Give it a name.", name))
    if not 1 <= said.get("minimum", 2) <= 3:
        reasons.append(Reason("unknown_rating", "A rating is 1, 2 or 3.", "minimum"))
    for name in ("source", "asset"):
        if said.get(name) is not None and said[name].portfolio_id != portfolio.id:
            reasons.append(Reason("not_here", "There is no such row in this portfolio.", name))
    if reasons:
        raise Refused(reasons)
    require_members(portfolio.id, {name: said[name] for name in ("owner", "steward") if said.get(name)})
    return said


def _changed(row: Any, said: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in said.items() if getattr(row, name) != value}


@transaction.atomic
def add_source(*, by: Actor, portfolio_id: UUID, name: str, **said: Any) -> DataSource:
    """Put a source on the map."""
    portfolio = portfolio_of(by, portfolio_id, "data.edit")
    said = _checked(portfolio, {"name": name, **said})
    try:
        with transaction.atomic():
            return DataSource.objects.create(portfolio=portfolio, **said)
    except IntegrityError:
        raise Refused([Reason("name_taken", "There is a source of this name already.", "name")]) from None


def _source(by: Actor, source_id: UUID, version: int | None) -> DataSource:
    found = DataSource.objects.visible_to(by).filter(id=source_id).first()
    if found is None:
        raise NotVisible
    portfolio_of(by, found.portfolio_id, "data.edit")
    return DataSource.objects.lock(source_id, version)


@transaction.atomic
def edit_source(*, by: Actor, source_id: UUID, version: int | None = None, **said: Any) -> DataSource:
    """Change what is known of a source."""
    row = _source(by, source_id, version)
    changed = _changed(row, _checked(row.portfolio, said))
    if not changed:
        return row
    try:
        with transaction.atomic():
            row.write(**changed)
    except IntegrityError:
        raise Refused([Reason("name_taken", "There is a source of this name already.", "name")]) from None
    changes.touched(_dependents(row))
    people: dict[str, Any] = {
        name: getattr(changed[name], "pk", None) for name in ("owner", "steward") if name in changed
    }
    if people:
        ledger.append(row.portfolio_id, "source.owner_changed", by=by, subject=("data_source", row.id), payload=people)
    return row


@transaction.atomic
def rate_source(
    *, by: Actor, source_id: UUID, accessible: int, accurate: int, consistent: int, governed: int, note: str = "",
    version: int | None = None,
) -> DataSource:  # fmt: skip
    """Rate a source 1 to 3 in the four respects (0: not rated); opens or closes items wherever it is needed."""
    row = _source(by, source_id, version)
    given = dict(zip(RATINGS, (accessible, accurate, consistent, governed), strict=True))
    reasons = [
        Reason("unknown_rating", "A rating is 0 to 3.", name) for name, value in given.items() if not 0 <= value <= 3
    ]
    if reasons:
        raise Refused(reasons)
    was = row.ratings()
    FitnessRating.objects.create(source=row, note=note.strip(), by_id=by.user_id, **given)
    row.write(**given)
    changes.touched(_dependents(row))
    ledger.append(
        row.portfolio_id, "source.rated", by=by, subject=("data_source", row.id), payload={"was": was, "now": given},
        private={"note": note.strip()} if note.strip() else {},
    )  # fmt: skip
    return row


@transaction.atomic
def open_defect(*, by: Actor, source_id: UUID, text: str, kind: str = "data_access", owner: Any = None) -> Defect:
    """Something is wrong with a source: one item in every use case that needs it."""
    row = _source(by, source_id, None)
    reasons = []
    if not text.strip():
        reasons.append(Reason("no_text", "Say what is wrong.", "text"))
    if kind not in STARTING_MEDIANS:
        reasons.append(Reason("unknown_kind", "There is no such kind of item.", "kind"))
    if reasons:
        raise Refused(reasons)
    require_members(row.portfolio_id, {"owner": owner})
    made = Defect.objects.create(source=row, text=text.strip()[:300], kind=kind, owner=owner, opened_by_id=by.user_id)
    changes.touched(_dependents(row))
    return made


@transaction.atomic
def close_defect(*, by: Actor, defect_id: UUID, asset_name: str = "", asset_place: str = "") -> Defect:
    """It is mended: its item closes everywhere. What was made on the way may become a reusable asset."""
    found = Defect.objects.filter(id=defect_id).values_list("source_id", flat=True).first()
    if found is None:
        raise NotVisible
    source = _source(by, found, None)
    row = Defect.objects.select_for_update().get(id=defect_id)
    if row.closed_at is not None:
        return row
    asset = None
    if asset_name.strip():
        asset = DataAsset.objects.create(
            portfolio_id=source.portfolio_id, source=source, name=asset_name.strip(), place=asset_place.strip(), text=row.text
        )  # fmt: skip
    row.write(closed_at=timezone.now(), asset=asset)
    changes.touched(_dependents(source))
    return row


@transaction.atomic
def reopen_defect(*, by: Actor, defect_id: UUID) -> Defect:
    """Undo a closing: its item is back wherever the source is needed."""
    found = Defect.objects.filter(id=defect_id).values_list("source_id", flat=True).first()
    if found is None:
        raise NotVisible
    source = _source(by, found, None)
    row = Defect.objects.select_for_update().get(id=defect_id)
    if row.closed_at is not None:
        row.write(closed_at=None)
        changes.touched(_dependents(source))
    return row


@transaction.atomic
def add_need(*, by: Actor, use_case_id: UUID, purpose: str, **said: Any) -> DataNeed:
    """Say that the use case needs data: for what, and from which source if known."""
    use_case = use_case_of(by, use_case_id, "need.edit", lock=True)
    said = _granted(by, use_case, _checked(use_case.portfolio, {"purpose": purpose, **said}))
    made = DataNeed.objects.create(use_case=use_case, **said)
    changes.touched([use_case_id])
    return made


@transaction.atomic
def edit_need(*, by: Actor, need_id: UUID, version: int | None = None, **said: Any) -> DataNeed:
    """Change a need; to say that access is granted is a leader's or the source's keeper's word."""
    found = DataNeed.objects.visible_to(by).filter(id=need_id).values_list("use_case_id", flat=True).first()
    if found is None:
        raise NotVisible
    use_case = use_case_of(by, found, "need.edit", lock=True)
    row = DataNeed.objects.lock(need_id, version)
    changed = _changed(row, _granted(by, use_case, _checked(use_case.portfolio, said), row.source))
    if changed:
        row.write(**changed)
        changes.touched([use_case.id])
    return row


def _granted(
    by: Actor, use_case: UseCase, said: dict[str, Any], source: DataSource | None = None
) -> dict[str, Any]:  # fmt: skip
    """Access is granted by who keeps the source; where nobody keeps it, by anybody who may edit."""
    source = said.get("source", source)
    if said.get("access") == "granted" and source is not None:
        keepers = {source.owner_id, source.steward_id} - {None}
        if keepers and by.user_id not in keepers and not by.is_system:
            try:
                use_case_of(by, use_case.id, "need.grant")
            except NotPermitted:
                text = "Access is granted by the owner or steward of the source, or by a leader."
                raise Refused([Reason("not_keeper", text, "access")]) from None
    return said


@transaction.atomic
def remove_need(*, by: Actor, need_id: UUID, version: int | None = None) -> None:
    """It does not need this after all."""
    found = DataNeed.objects.visible_to(by).filter(id=need_id).values_list("use_case_id", flat=True).first()
    if found is None:
        raise NotVisible
    use_case_of(by, found, "need.edit", lock=True)
    DataNeed.objects.lock(need_id, version).delete()
    changes.touched([found])


@transaction.atomic
def save_term(
    *, by: Actor, portfolio_id: UUID, name: str, definition: str = "", owner: Any = None, term_id: UUID | None = None,
    version: int | None = None,
) -> Term:  # fmt: skip
    """Define a term of the trade, or change its one definition or owner."""
    portfolio = portfolio_of(by, portfolio_id, "data.edit")
    said = _checked(portfolio, {"name": name, "definition": definition, "owner": owner})
    try:
        with transaction.atomic():
            if term_id is None:
                return Term.objects.create(portfolio=portfolio, **said)
            if not Term.objects.filter(id=term_id, portfolio=portfolio).exists():
                raise NotVisible
            row = Term.objects.lock(term_id, version)
            row.write(**said)
            return row
    except IntegrityError:
        raise Refused([Reason("name_taken", "There is a term of this name already.", "name")]) from None


@transaction.atomic
def use_term(*, by: Actor, term_id: UUID, source_id: UUID, meaning: str = "") -> TermUse:
    """Say that a source holds this term, in a meaning of its own unless blank."""
    term = Term.objects.visible_to(by).filter(id=term_id).first()
    source = DataSource.objects.visible_to(by).filter(id=source_id).first()
    if term is None or source is None or term.portfolio_id != source.portfolio_id:
        raise NotVisible
    portfolio_of(by, term.portfolio_id, "data.edit")
    made, _ = TermUse.objects.update_or_create(term=term, source=source, defaults={"meaning": meaning.strip()})
    return made
