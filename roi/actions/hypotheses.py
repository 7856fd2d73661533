"""Draft, edit and sign the one page. Drafting is quiet; what voids a signature goes on record."""

from collections.abc import Sequence
from dataclasses import asdict, fields, replace
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from ledger import actions as ledger
from portfolio import changes
from portfolio.access.fetch import seats_of
from portfolio.models import UseCase
from portfolio.rules import Actor, Conflict, Reason, Refused
from roi.actions import tracking, values
from roi.actions.scope import lane_of, locked, use_case_of
from roi.models import BenefitLine, CostLine, Hypothesis, HypothesisVersion, SignOff
from roi.rules import content as rules
from roi.rules import signing
from roi.rules.content import Benefit, Content, Cost

FIELDS = tuple(field.name for field in fields(Content))
_LINES = ("costs", "benefits")


@transaction.atomic
def edit(*, by: Actor, use_case_id: UUID, version: int | None = None, **facts: Any) -> Hypothesis:
    """Change what the page says, and make it on first use. `facts`: fields of `roi.rules.content.Content`.

    `costs` and `benefits` are whole lists. Raises `Conflict` when `version` is stale (0 means: there was none when the
    form was opened), `Refused` with every reason, the typed text being the caller's to keep.
    """
    use_case = use_case_of(by, use_case_id, "hypothesis.edit")
    row = _locked_or_made(use_case, by, version)
    return store(row, use_case, _changed(row.content(), facts), by)


def _locked_or_made(use_case: UseCase, by: Actor, version: int | None) -> Hypothesis:
    row, made = Hypothesis.objects.get_or_create(use_case=use_case, defaults={"changed_by_id": by.user_id})
    if made:
        return row
    found = Hypothesis.objects.lock(row.id)
    if version is not None and found.version != version:
        raise Conflict(found)
    return found


def _changed(before: Content, facts: dict[str, Any]) -> Content:
    """The content with `facts` put in, texts trimmed."""
    unknown = sorted(set(facts) - set(FIELDS))
    if unknown:
        raise Refused([Reason("unknown_field", f"There is no field {name!r}.", name) for name in unknown])
    clean: dict[str, Any] = {name: value.strip() if isinstance(value, str) else value for name, value in facts.items()}
    for name in ("stop_rules", "assumptions", *_LINES):
        if name in clean:
            clean[name] = tuple(clean[name])
    if "stop_rules" in clean:
        clean["stop_rules"] = tuple(text.strip() for text in clean["stop_rules"] if text.strip())
    if "costs" in clean:
        clean["costs"] = rules.in_stack_order(clean["costs"])
    return replace(before, **clean)


def store(row: Hypothesis, use_case: UseCase, after: Content, by: Actor) -> Hypothesis:
    """Store this content of a locked row: checked, versioned, valued, tracked again."""
    before = row.content()
    changed = rules.changes(before, after)
    if not changed and row.fingerprint:
        return row
    signing.storable(after, use_case.portfolio.currency).require()
    fingerprint = rules.fingerprint(after)
    voids = _voided(row, before, after) if fingerprint != row.fingerprint else []
    number = row.number + 1 if fingerprint != row.fingerprint and _signed_now(row) else row.number
    facts = {name: getattr(after, name) for name in FIELDS if name not in _LINES}
    facts["stop_rules"] = list(after.stop_rules)
    facts["assumptions"] = [asdict(one) for one in after.assumptions]
    facts["evidence_from"] = tracking.restart(row, before, after, use_case.portfolio.today())
    _write_lines(row, before, after)
    row.write(**facts, number=number, fingerprint=fingerprint, changed_at=timezone.now(), changed_by_id=by.user_id)
    _keep_version(row, after, by, worded=any(not one.material for one in changed))
    row._prefetched_objects_cache = {}  # the lines were rewritten
    values.revalue_one(row, use_case, after)
    tracking.retrack(row, after, use_case.portfolio.today())
    changes.touched([use_case.id])
    if voids:
        ledger.append(
            use_case.portfolio_id, "hypothesis.signatures_void", by=by, subject=("use_case", use_case.id),
            payload={"hypothesis": row.id, "version": number, "for_seats": voids,
                     "fields": [one.field for one in changed if one.material]},
        )  # fmt: skip
    return row


def _signed_now(row: Hypothesis) -> bool:
    """Did anybody sign this very version?"""
    return SignOff.objects.filter(hypothesis=row, number=row.number).exists()


def _voided(row: Hypothesis, before: Content, after: Content) -> list[str]:
    """The seats whose valid signature this change makes void."""
    was = rules.fingerprint(before)
    return sorted(set(SignOff.objects.filter(hypothesis=row, fingerprint=was).values_list("seat", flat=True)))


def _write_lines(row: Hypothesis, before: Content, after: Content) -> None:
    if before.costs != after.costs:
        kept = []
        for cost in after.costs:
            line, _ = CostLine.objects.update_or_create(
                hypothesis=row, category=cost.category, timing=cost.timing, defaults=_cost_fields(cost)
            )
            kept.append(line.id)
        CostLine.objects.filter(hypothesis=row).exclude(id__in=kept).delete()
    if before.benefits != after.benefits:
        known = list(BenefitLine.objects.filter(hypothesis=row))
        for place, gain in enumerate(after.benefits):
            line = known[place] if place < len(known) else BenefitLine(hypothesis=row)
            for name, value in _benefit_fields(gain).items():
                setattr(line, name, value)
            line.place = place
            line.save()
        for line in known[len(after.benefits) :]:
            line.delete()


def _cost_fields(cost: Cost) -> dict[str, Any]:
    amount = cost.amount if cost.state == rules.ESTIMATED else None
    return {
        "state": cost.state, "first_month": cost.first_month, "last_month": cost.last_month, "note": cost.note[:300],
        "low": amount.low if amount else None, "likely": amount.likely if amount else None,
        "high": amount.high if amount else None,
    }  # fmt: skip


def _benefit_fields(gain: Benefit) -> dict[str, Any]:
    return {
        "name": gain.name[:200], "low": gain.amount.low, "likely": gain.amount.likely, "high": gain.amount.high,
        "first_month": gain.first_month, "full_month": gain.full_month, "last_month": gain.last_month,
    }  # fmt: skip


def _keep_version(row: Hypothesis, after: Content, by: Actor, *, worded: bool) -> None:
    """How this version reads now; wording after a signature is marked."""
    known = HypothesisVersion.objects.filter(hypothesis=row, number=row.number).first()
    if known is None:
        HypothesisVersion.objects.create(
            hypothesis=row,
            number=row.number,
            content=after.to_json(),
            fingerprint=row.fingerprint,
            made_by_id=by.user_id,
        )
        return
    known.content, known.fingerprint = after.to_json(), row.fingerprint
    if worded and _signed_now(row):
        known.worded_at, known.worded_by_id = timezone.now(), by.user_id
    known.save()


def put_cost(row: Content, cost: Cost) -> tuple[Cost, ...]:
    """The cost stack with this answer in its place: the same category and timing is replaced, none replaces all."""
    others = [
        one
        for one in row.costs
        if one.category != cost.category
        or (cost.state == rules.ESTIMATED and one.state == rules.ESTIMATED and one.timing != cost.timing)
    ]
    return rules.in_stack_order([*others, cost])


@transaction.atomic
def change_lines(
    *, by: Actor, use_case_id: UUID, version: int | None = None, put: Cost | None = None, drop: UUID | None = None,
    benefits: Sequence[Benefit] | None = None,
) -> Hypothesis:  # fmt: skip
    """One answer of the cost stack put or taken out, or the list of benefits replaced."""
    use_case = use_case_of(by, use_case_id, "hypothesis.edit")
    row = _locked_or_made(use_case, by, version)
    after = row.content()
    if put is not None:
        after = replace(after, costs=put_cost(after, put))
    if drop is not None:
        gone = CostLine.objects.filter(hypothesis=row, id=drop).values_list("category", "timing").first()
        after = replace(after, costs=tuple(one for one in after.costs if (one.category, one.timing) != gone))
    if benefits is not None:
        after = replace(after, benefits=tuple(benefits))
    return store(row, use_case, after, by)


@transaction.atomic
def sign(*, by: Actor, use_case_id: UUID, version: int | None = None, number: int | None = None) -> list[SignOff]:
    """Sign for each seat that the person holds. Signing twice changes nothing.

    Refused with everything that is unfinished, or when `by` holds no seat; Conflict when the page is not what was read.
    """
    use_case = use_case_of(by, use_case_id, "hypothesis.sign")
    row = locked(use_case, version)
    if number is not None and number != row.number:
        raise Conflict(row)
    content, holders = row.content(), seats_of(use_case)
    signing.may_sign(content, lane_of(use_case), by.user_id, holders).require()
    known = set(SignOff.objects.filter(hypothesis=row, fingerprint=row.fingerprint).values_list("seat", flat=True))
    fresh = [seat for seat in signing.seats_to_sign(by.user_id, holders) if seat not in known]
    if not fresh:
        return []
    made = [
        SignOff.objects.create(
            hypothesis=row, number=row.number, seat=seat, person_id=by.user_id, fingerprint=row.fingerprint
        )
        for seat in fresh
    ]
    changes.touched([use_case.id])
    ledger.append(
        use_case.portfolio_id, "hypothesis.signed", by=by, subject=("use_case", use_case.id),
        payload={"hypothesis": row.id, "version": row.number, "for_seats": fresh, "fingerprint": row.fingerprint},
    )  # fmt: skip
    return made
