"""Open a portfolio, rename it, put it away."""

import re
from collections.abc import Iterable

from django.db import IntegrityError, transaction
from django.utils import timezone

from ledger import actions as ledger
from people.models import User
from portfolio import access
from portfolio.models import Lane, Membership, PolicyVersion, Portfolio
from portfolio.rules import Actor, Policy, Reason, Refused, Role

# What each lane permits in pilot and adds for production, until a portfolio changes it (product.md, Lanes).
STARTING_LANES = {
    Lane.FAST: (
        {"users": "up to 20 volunteers", "live_data": "read only", "unattended_acts": "none"},
        {"deployment": "the usual release", "rollback": "switch off", "support": "team", "metrics": "one signal"},
    ),
    Lane.STANDARD: (
        {"users": "one team", "live_data": "read only, logged", "unattended_acts": "none"},
        {"deployment": "staged", "rollback": "rehearsed", "support": "named, office hours", "metrics": "three signals"},
    ),
    Lane.HIGH_IMPACT: (
        {"users": "named people, overseen", "live_data": "by agreement, logged", "unattended_acts": "none"},
        {"deployment": "staged, overseen", "rollback": "rehearsed monthly", "support": "named, all hours",
         "metrics": "signals by group, reviewed"},
    ),
}  # fmt: skip


def free_slug(name: str, promised: Iterable[str] = ()) -> str:
    """A slug for `name` that no portfolio has yet, and that was not promised to another."""
    base = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:50] or "portfolio"
    taken = {*Portfolio.objects.filter(slug__startswith=base).values_list("slug", flat=True), *promised}
    number, slug = 2, base
    while slug in taken:
        slug, number = f"{base}-{number}", number + 1
    return slug


@transaction.atomic
def create_portfolio(
    *,
    by: Actor,
    name: str,
    slug: str = "",
    leaders: list[User],
    policy: Policy | None = None,
    currency: str = "EUR",
    time_zone: str = "UTC",
) -> Portfolio:
    """Open a portfolio with its first policy version, its lanes and its leaders.

    Raises `Refused` (`no_leader`, `slug_taken`) and `ValidationError` for currency or time zone.
    """
    access.require(by, "portfolio.create")
    if not leaders:
        raise Refused([Reason("no_leader", "A portfolio needs at least one leader.")])
    portfolio = Portfolio(name=name, slug=slug or free_slug(name), currency=currency, time_zone=time_zone)
    portfolio.full_clean(validate_unique=False)
    try:
        with transaction.atomic():
            portfolio.save()
    except IntegrityError:
        raise Refused([Reason("slug_taken", f"There is already a portfolio at {portfolio.slug!r}.", "slug")]) from None
    limits = (policy or Policy()).to_json()
    PolicyVersion.objects.create(portfolio=portfolio, number=1, limits=limits, made_by_id=by.user_id)
    Lane.objects.bulk_create(
        Lane(portfolio=portfolio, code=code, permits=permits, adds=adds)
        for code, (permits, adds) in STARTING_LANES.items()
    )
    Membership.objects.bulk_create(Membership(portfolio=portfolio, user=user, role=Role.LEADER) for user in leaders)
    ledger.append(
        portfolio.id,
        "portfolio.created",
        by=by,
        subject=("portfolio", portfolio.id),
        payload={
            "currency": currency,
            "time_zone": time_zone,
            "policy": limits,
            "leaders": [user.id for user in leaders],
        },
        private={"name": name},
    )
    return portfolio


@transaction.atomic
def archive_portfolio(*, by: Actor, portfolio_id) -> Portfolio:
    """Put a portfolio away: read-only, hidden from lists. Nothing is deleted."""
    access.require(by, "portfolio.archive", portfolio_id)
    portfolio = Portfolio.objects.lock_for_slots(portfolio_id)
    if portfolio.archived_at is None:
        portfolio.archived_at = timezone.now()
        portfolio.version += 1
        portfolio.save(update_fields=["archived_at", "version"])
        ledger.append(portfolio.id, "portfolio.archived", by=by, subject=("portfolio", portfolio.id))
    return portfolio
