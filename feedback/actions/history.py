"""How does a table of past decisions enter the record? As events like any others, with one line in the ledger."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from django.db import transaction

from feedback import events, fold, ingest
from ledger import actions as ledger
from portfolio import changes
from portfolio.models import UseCase
from portfolio.rules import Actor

_BATCH = 1_000  # events stored at a time


@dataclass
class Stored:
    """Events that were new, known already, and known with other content."""

    created: int = 0
    duplicates: int = 0
    conflicts: int = 0


def store(
    *, by: Actor, use_case_id: UUID, said: Sequence[dict[str, Any]], rows: int, cases: int, now: datetime
) -> Stored:  # fmt: skip
    """Store what the `rows` of a table said of `cases`, and fold it. Safe to repeat: ids follow from the case."""
    done = Stored()
    for start in range(0, len(said), _BATCH):
        body = msgspec.json.encode({"events": said[start : start + _BATCH]})
        answer = ingest.store(use_case_id, events.read(body, events.JSON, "", now), now)
        done.created += answer.created
        done.duplicates += answer.duplicates
        done.conflicts += len(answer.conflicts)
    fold.fold(use_case_id, changes.touched)
    if done.created:
        with transaction.atomic():
            portfolio_id = UseCase.objects.values_list("portfolio_id", flat=True).get(id=use_case_id)
            ledger.append(
                portfolio_id, "feedback.imported", by=by, subject=("use_case", use_case_id),
                payload={"rows": rows, "cases": cases, "created": done.created},
            )  # fmt: skip
    return done
