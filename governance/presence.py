"""Which of these use cases have rows in which room at all? One statement, so that no room is asked for nothing.

A use case that was just registered has none anywhere: `governance.facts` then asks a fifth of its questions.
"""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from django.db import connection
from django.db.models import Model

from adoption.models import Engagement, Oversight
from adoption.models import Plan as AdoptionPlan
from adoption.models import Role as AffectedRole
from feedback.models import Incident, ModelSeen, Ring, Signal
from governance.models import Decision, Request
from portfolio.models import CapException
from readiness.models import Answer, BlockingItem, DataNeed
from roi.models import Hypothesis

_ROWS: Final[dict[str, tuple[type[Model], ...]]] = {
    "exceptions": (CapException,),
    "requests": (Request,),
    "decisions": (Decision,),
    "feedback": (Signal, Incident, Ring, ModelSeen),
    "answers": (Answer,),
    "needs": (DataNeed,),
    "items": (BlockingItem,),
    "roi": (Hypothesis,),
    "adoption": (AdoptionPlan, AffectedRole, Engagement, Oversight),
}


def _exists(models: tuple[type[Model], ...]) -> str:
    """Whether the use case `one` has a row in one of these tables."""
    return " OR ".join(f"EXISTS (SELECT FROM {m._meta.db_table} WHERE use_case_id = one)" for m in models)


KINDS: Final = tuple(_ROWS)
_ASK = f"SELECT one, {', '.join(map(_exists, _ROWS.values()))} FROM unnest(%s::uuid[]) one"  # noqa: S608 — only names of tables


def present(ids: Sequence[UUID]) -> dict[str, list[UUID]]:
    """{what: the use cases that have some}, for every kind of row that the facts are made of."""
    with connection.cursor() as cursor:
        cursor.execute(_ASK, [list(ids)])
        rows = cursor.fetchall()
    return {kind: [row[0] for row in rows if row[place]] for place, kind in enumerate(KINDS, 1)}
