"""Learn the portfolio's curves from its own items, each night. A new version only when they say something else."""

from collections import Counter
from datetime import date, timedelta
from uuid import UUID

from django.db import transaction

from readiness.backtest import SCOPE_DAYS
from readiness.forecast import Past, learnt_curves, to_data
from readiness.models import BlockingItem, CurveVersion
from readiness.rules.items import RESOLVED

KEPT_VERSIONS = 400  # a year of nights that changed something; older ones no assessment stands on


def history(portfolio_id: UUID, on: date) -> list[Past]:
    """All hard items opened within the scope, closed or open: what the curves learn from."""
    rows = (
        BlockingItem.objects.filter(
            use_case__portfolio_id=portfolio_id, opened_on__gt=on - timedelta(days=SCOPE_DAYS), severity="hard"
        )
        .order_by("opened_on", "id")
        .only("kind", "earlier_days", "spell_since_on", "closed_on", "closed_as")
    )
    return [Past(row.kind, float(row.age(on)), row.closed_as == RESOLVED) for row in rows]


@transaction.atomic
def rebuild(portfolio_id: UUID, on: date) -> CurveVersion | None:
    """Store the curves of that day as the next version; None when nothing changed since the newest."""
    past = history(portfolio_id, on)
    newest = CurveVersion.objects.filter(portfolio_id=portfolio_id).order_by("-number").first()
    if not any(item.resolved for item in past) and newest is None:
        return None  # nothing learnt yet: the starting assumptions hold
    content = {kind: to_data(curve) for kind, curve in learnt_curves(past).items()}
    if newest is not None and newest.content == content:
        return None
    number = newest.number + 1 if newest else 1
    resolved = Counter(item.kind for item in past if item.resolved)
    made = CurveVersion.objects.create(
        portfolio_id=portfolio_id, number=number, resolved=resolved.total(), open=len(past) - resolved.total(),
        by_kind=dict(resolved), content=content,
    )  # fmt: skip
    CurveVersion.objects.filter(portfolio_id=portfolio_id, number__lte=number - KEPT_VERSIONS).delete()
    return made
