"""Register a use case, mend its facts, take back a mistaken one."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import transaction

from ledger import actions as ledger
from portfolio import access, changes
from portfolio.models import Membership, Portfolio, UseCase
from portfolio.models.use_cases import SEATS, next_keys
from portfolio.rules import Actor, NotVisible, Reason, Refused, Stage

# What people and programs may write; everything else moves by a verb.
WRITABLE = (
    "title", "problem", "organisation", "tags", "external_id", "success_statement", "why_ai", "stop_criterion",
    "business_outcome", "magnitude", "running_since", "real_users", "sponsor_name", *SEATS,
)  # fmt: skip
_EDITED = frozenset(WRITABLE) | {"waiting", "stop_met", "review_on"}
_MOST_TAGS = 30


@transaction.atomic
def register(*, by: Actor, portfolio_id: UUID, title: str, problem: str, **facts: Any) -> UseCase:
    """Put a use case into the register as proposed. Intake is short: everything else may come later."""
    _only(facts, frozenset(WRITABLE))
    portfolio = Portfolio.objects.visible_to(by).listed().filter(id=portfolio_id).first()
    if portfolio is None:
        raise NotVisible
    access.require(by, "use_case.register", portfolio_id)
    facts = _usable(portfolio, {"title": title, "problem": problem, **facts})
    use_case = UseCase.objects.create(key=next_keys(1)[0], portfolio=portfolio, **facts)
    changes.touched([use_case.id])
    seats = {seat: facts[seat].id for seat in SEATS if facts.get(seat) is not None}
    ledger.append(
        portfolio_id, "use_case.registered", by=by, subject=("use_case", use_case.id),
        payload={"key": use_case.key, **({"seats": seats} if seats else {})}, private={"title": use_case.title},
    )  # fmt: skip
    return use_case


@transaction.atomic
def edit(*, by: Actor, use_case_id: UUID, version: int | None = None, **facts: Any) -> UseCase:
    """Change register facts. `waiting` is {"reason", "until_on"} or None; `stop_met` true or false; `review_on` moves
    the review of a paused one (a leader's act).

    Raises `Conflict` when `version` is stale, `Refused` for a foreign seat or an impossible waiting day.
    """
    _only(facts, _EDITED)
    use_case = UseCase.objects.visible_to(by).filter(portfolio__archived_at=None).lock(use_case_id, version)
    access.require(by, "use_case.edit", use_case.portfolio_id)
    today = use_case.portfolio.today()
    if "waiting" in facts:
        facts |= _waiting(use_case, facts.pop("waiting"), today)
    if "stop_met" in facts:
        met = facts.pop("stop_met")
        facts["stop_met_on"] = (use_case.stop_met_on or today) if met else None
    if "review_on" in facts:
        access.require(by, "use_case.pause", use_case.portfolio_id)
        _review(use_case, facts["review_on"], today)
    facts = _usable(use_case.portfolio, facts)
    changed = {name: value for name, value in facts.items() if getattr(use_case, _attribute(name)) != _plain(value)}
    if not changed:
        return use_case
    seats = {name: _plain(changed[name]) for name in SEATS if name in changed}
    dated = {name: changed[name] for name in ("waiting_until_on", "stop_met_on", "review_on") if name in changed}
    use_case.write(**changed)
    changes.touched([use_case.id])
    if seats or dated:
        ledger.append(
            use_case.portfolio_id, "use_case.responsibilities_changed", by=by, subject=("use_case", use_case.id),
            payload={"seats": seats, "dates": dated},
        )  # fmt: skip
    return use_case


@transaction.atomic
def delete(*, by: Actor, use_case_id: UUID, version: int | None = None) -> None:
    """Delete a proposed use case with nothing built on it; the ledger keeps that it was there."""
    present = UseCase.objects.visible_to(by).filter(portfolio__archived_at=None)
    use_case = present.lock(use_case_id, version, to_delete=True)
    access.require(by, "use_case.delete", use_case.portfolio_id)
    reasons = []
    if use_case.stage != Stage.PROPOSED:
        reasons.append(Reason("not_proposed", "Only a proposed use case can be deleted.", use_case.key))
    if built_on([use_case.id]):
        reasons.append(
            Reason("built_on", "Decisions, requests or work hang on it: decline or stop it instead.", use_case.key)
        )
    if reasons:
        raise Refused(reasons)
    subject, portfolio_id, key = ("use_case", use_case.id), use_case.portfolio_id, use_case.key
    use_case.delete()
    changes.touched([subject[1]])  # what the portfolio counts is no longer so
    ledger.append(portfolio_id, "use_case.deleted", by=by, subject=subject, payload={"key": key})


# Read models, the jobs' own marks and provenance do not count.
_KEPT_APART = {"assessment", "assessment_history", "quarantine", "imported_rows"}


def built_on(use_case_ids: Sequence[UUID]) -> set[UUID]:
    """Which of these does any row of any room refer to? One query for each kind of row."""
    found: set[UUID] = set()
    for relation in UseCase._meta.related_objects:
        name = relation.get_accessor_name()
        if relation.auto_created and name and name not in _KEPT_APART:
            rows = relation.related_model._base_manager.filter(**{f"{relation.field.name}__in": use_case_ids})
            found.update(rows.values_list(f"{relation.field.name}_id", flat=True))
    return found


def _only(facts: dict[str, Any], known: frozenset[str]) -> None:
    """A stage or a date never slips in beside its verb: that is the caller's mistake, not the user's."""
    if unknown := facts.keys() - known:
        raise TypeError(f"These are not register facts: {', '.join(sorted(unknown))}.")


def _usable(portfolio: Portfolio, facts: dict[str, Any]) -> dict[str, Any]:
    """Texts trimmed, tags clean, seats held by members of this portfolio, nothing running since a day to come."""
    reasons = []
    for name, value in facts.items():
        if isinstance(value, str):
            facts[name] = value.strip()
    if facts.get("title") == "":
        reasons.append(Reason("no_title", "A use case needs a title.", "title"))
    if facts.get("running_since") is not None and facts["running_since"] > portfolio.today():
        reasons.append(Reason("runs_since_future", "A pilot runs since a day that has been.", "running_since"))
    if "tags" in facts:
        facts["tags"] = list(dict.fromkeys(tag.strip() for tag in facts["tags"] if tag.strip()))[:_MOST_TAGS]
    holders = {name: facts[name] for name in SEATS if facts.get(name) is not None}
    if holders:
        members = set(
            Membership.objects.filter(
                portfolio=portfolio, user_id__in=[user.id for user in holders.values()], user__is_active=True
            ).values_list("user_id", flat=True)
        )
        for name, user in holders.items():
            if user.id not in members:
                reasons.append(Reason("not_a_member", f"The {name.replace('_', ' ')} must be a member here.", name))
    if reasons:
        raise Refused(reasons)
    return facts


def _waiting(use_case: UseCase, waiting: dict[str, Any] | None, today) -> dict[str, Any]:
    """A pilot that waits keeps its slot, with a dated reason, for a limited time."""
    if waiting is None:
        return {"waiting_reason": "", "waiting_until_on": None}
    limit = use_case.portfolio.policy.waiting_limit_days
    reasons = []
    if use_case.stage != Stage.PILOT:
        reasons.append(Reason("not_in_pilot", "Only a pilot can wait.", "waiting"))
    if not waiting["reason"].strip():
        reasons.append(Reason("no_reason", "Say what it waits for.", "waiting.reason"))
    days = (waiting["until_on"] - today).days
    if not 0 <= days <= limit:
        reasons.append(
            Reason("waiting_too_long", f"A pilot may wait until a day in the next {limit} days.", "until_on")
        )
    if reasons:
        raise Refused(reasons)
    return {"waiting_reason": waiting["reason"].strip(), "waiting_until_on": waiting["until_on"]}


def _review(use_case: UseCase, review_on: Any, today: Any) -> None:
    """A paused one may get a new review day, ahead of today."""
    reasons = []
    if use_case.stage != Stage.PAUSED:
        reasons.append(Reason("not_paused", "Only what is paused has a review.", "review_on"))
    if review_on is None or review_on <= today:
        reasons.append(Reason("review_in_past", "The review must be on a later day.", "review_on"))
    if reasons:
        raise Refused(reasons)


def _attribute(name: str) -> str:
    return f"{name}_id" if name in SEATS else name


def _plain(value: Any) -> Any:
    return getattr(value, "pk", value)
