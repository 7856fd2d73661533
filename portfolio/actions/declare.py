"""Register use cases in the stage they are found in: what an import and the demo share. Declared, never decided."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from ledger import actions as ledger
from portfolio import access, changes
from portfolio.models import Portfolio, UseCase
from portfolio.models.use_cases import next_keys
from portfolio.rules import Actor, Stage

BATCH = 500  # rows a statement


@dataclass(frozen=True)
class Declared:
    """One use case as found: its stage, the raw word for it, its register facts, and columns without a field."""

    title: str
    stage: Stage = Stage.PROPOSED
    raw_stage: str | None = None
    since: datetime | None = None  # in that stage, if known
    stage_left: Stage | None = None  # of a paused one
    facts: dict[str, Any] = field(default_factory=dict)
    details: dict[str, Any] = field(default_factory=dict)


@transaction.atomic
def declare(*, by: Actor, portfolio: Portfolio, rows: Sequence[Declared]) -> list[UseCase]:
    """Create them all, in order; one ledger line for the round. An imported pilot counts for the cap."""
    access.require(by, "import.run", portfolio.id)
    made = create(portfolio, rows)
    changes.touched(use_case.id for use_case in made)
    ledger.append(
        portfolio.id, "use_case.declared", by=by, subject=("portfolio", portfolio.id),
        payload={"created": len(made), "stages": stages_of(made)},
    )  # fmt: skip
    return made


def create(portfolio: Portfolio, rows: Sequence[Declared]) -> list[UseCase]:
    """The rows as use cases, stored in batches. The caller marks them dirty and writes the ledger line."""
    now = timezone.now()
    keys = next_keys(len(rows)) if rows else []
    made = [
        UseCase(
            key=key,
            portfolio=portfolio,
            title=row.title,
            stage=row.stage,
            stage_since=row.since or now,
            stage_left=(row.stage_left or Stage.PILOT) if row.stage == Stage.PAUSED else "",
            registered_as=row.stage,
            raw_stage=row.raw_stage,
            details=row.details,
            created_at=now,
            updated_at=now,
            **row.facts,
        )
        for key, row in zip(keys, rows, strict=True)
    ]
    return UseCase.objects.bulk_create(made, batch_size=BATCH)


def stages_of(use_cases: Sequence[UseCase]) -> dict[str, int]:
    """stage → how many."""
    return dict(sorted(Counter(str(use_case.stage) for use_case in use_cases).items()))
