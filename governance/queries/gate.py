"""What do programs ask: may it be deployed, and who stands on the board in which order?"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import BigIntegerField, Case, F, Value, When
from django.db.models.functions import Cast, Coalesce, Substr

from governance.actions.assess import settle_if_dirty
from governance.facts import gather
from governance.models import Assessment, Decision
from governance.rules import moves
from portfolio.models import UseCase
from portfolio.models.use_cases import UseCaseSet
from portfolio.rules import Actor, Reason, Stage, Verb

NEVER_GATED = Reason("never_gated", "It is live, but no go is on record.")
_ON_BOARD = (Stage.PILOT, Stage.PRODUCTION, Stage.PROPOSED, Stage.PAUSED)
_GROUP = 10**12  # larger than any rank or key number
_UNRANKED = 10**11


@dataclass(frozen=True)
class Gate:
    """May a pipeline deploy? `allowed`: in production by a recorded go; otherwise what stands against one."""

    allowed: bool
    status: str | None
    reasons: tuple[Reason, ...]
    decision: Decision | None
    computed_at: datetime | None


def gate(use_case_id: UUID) -> Gate:
    """The gate of one use case, settled first when its facts changed since it was assessed."""
    settle_if_dirty([use_case_id])
    facts = gather([use_case_id]).facts[use_case_id]
    assessed = Assessment.objects.filter(use_case_id=use_case_id).first()
    gone = Decision.objects.filter(use_case_id=use_case_id, kind=Verb.GO).order_by("-decided_at", "-id").first()
    live = facts.stage == Stage.PRODUCTION
    if live and facts.gone_on is not None:
        reasons: tuple[Reason, ...] = ()
    elif live:
        reasons = (NEVER_GATED, *moves.clear_to_go(facts).reasons)
    else:
        reasons = moves.may_go(facts, None).reasons
    return Gate(
        allowed=live and facts.gone_on is not None,
        status=assessed.status if assessed else None,
        reasons=reasons,
        decision=gone,
        computed_at=assessed.computed_at if assessed else None,
    )


def on_board(actor: Actor, portfolio_id: UUID) -> UseCaseSet:
    """The use cases of the triage board with their `board_place`: pilots by rank, then production, proposed, paused."""
    number = Cast(Substr("key", 4), BigIntegerField())
    group: Any = Case(
        *(When(stage=stage, then=Value(index * _GROUP)) for index, stage in enumerate(_ON_BOARD)),
        output_field=BigIntegerField(),
    )
    return (
        UseCase.objects.visible_to(actor)
        .filter(portfolio_id=portfolio_id, stage__in=_ON_BOARD)
        .annotate(board_place=group + Coalesce(Cast(F("assessment__rank"), BigIntegerField()), number + _UNRANKED))
    )
