"""One of everything that a path of readiness can name."""

import hashlib
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from people.models import User
from portfolio.models import Lane, Portfolio, UseCase
from readiness.models import Answer, BlockingItem, DataNeed, DataSource, Defect, Evidence, Term

CHILDREN = ("answer_id", "evidence_id", "item_id", "need_id", "source_id", "defect_id", "term_id")


def _file(mark: str) -> str:
    """One small stored file for each world."""
    name = f"evidence/walk-{mark.lower()}"
    return name if default_storage.exists(name) else default_storage.save(name, ContentFile(f"{mark} file".encode()))


def values(portfolio: Portfolio, row: UseCase, leader: User, mark: str) -> dict[str, Any]:
    """`mark` stands in every text."""
    lane = Lane.objects.get(portfolio=portfolio, code=Lane.FAST)
    UseCase.objects.filter(id=row.id).update(lane=lane)
    answer = Answer.objects.create(use_case=row, part="1", draft=f"{mark} draft", state="waiting", text=f"{mark} text")
    evidence = Evidence.objects.create(
        use_case=row,
        answer=answer,
        name=f"{mark} plan.txt",
        file=_file(mark),
        sha256=hashlib.sha256(f"{mark} file".encode()).hexdigest(),
        content_type="text/plain",
        added_by=leader,
    )
    on = portfolio.today()
    item = BlockingItem.objects.create(
        use_case=row, origin="manual", code="manual", subject="s", text=f"{mark} item", opened_on=on, spell_since_on=on
    )
    source = DataSource.objects.create(portfolio=portfolio, name=f"{mark} source")
    return {
        "lane": lane.code, "part": "1", "answer_id": answer.id, "evidence_id": evidence.id, "item_id": item.id,
        "need_id": DataNeed.objects.create(use_case=row, purpose=f"{mark} need", source=source).id,
        "source_id": source.id,
        "defect_id": Defect.objects.create(source=source, text=f"{mark} defect").id,
        "term_id": Term.objects.create(portfolio=portfolio, name=f"{mark} term").id,
    }  # fmt: skip
