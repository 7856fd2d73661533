"""Attach a link or a file to an answer, and take it away again. A refused or failed upload leaves nothing behind."""

import hashlib
from collections.abc import Iterable
from datetime import date
from typing import Any, Protocol
from uuid import UUID, uuid4

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from portfolio import changes
from portfolio.models import UseCase
from portfolio.rules import Actor, Conflict, NotVisible, Reason, Refused
from readiness.actions.scope import part_of, use_case_of
from readiness.models import Answer, Evidence
from readiness.rules import files

_HEAD = 4096  # bytes looked at
MOST_EVIDENCE = 50  # on one answer


class Upload(Protocol):
    """What a form or the API hands over; Django's UploadedFile fits."""

    name: str | None
    size: int | None

    def chunks(self, chunk_size: int | None = None) -> Iterable[bytes]: ...
    def seek(self, position: int) -> Any: ...


def _answer(by: Actor, use_case_id: UUID, part: str) -> tuple[UseCase, Answer]:
    use_case = use_case_of(by, use_case_id, "evidence.edit")
    part_of(use_case, part)
    row, _ = Answer.objects.get_or_create(use_case=use_case, part=part)
    if row.evidence.filter(removed_at=None).count() >= MOST_EVIDENCE:
        raise Refused([Reason("too_much_evidence", f"An answer takes {MOST_EVIDENCE} pieces of evidence.", part)])
    return use_case, row


def _dates(use_case: UseCase, expires_on: date | None, effective_on: date | None) -> list[Reason]:
    reasons = []
    if expires_on is not None and expires_on < use_case.portfolio.today():
        reasons.append(Reason("expired_already", "It would have expired already.", "expires_on"))
    if effective_on is not None and expires_on is not None and effective_on > expires_on:
        reasons.append(Reason("dates_crossed", "It would expire before it takes effect.", "effective_on"))
    return reasons


@transaction.atomic
def attach_link(
    *, by: Actor, use_case_id: UUID, part: str, url: str, name: str = "", effective_on: date | None = None,
    expires_on: date | None = None,
) -> Evidence:  # fmt: skip
    """Point to evidence kept elsewhere (marked "not preserved" in a decision's snapshot)."""
    use_case, answer = _answer(by, use_case_id, part)
    reasons = [*files.may_link(url).reasons, *_dates(use_case, expires_on, effective_on)]
    if reasons:
        raise Refused(reasons)
    made = Evidence.objects.create(
        use_case=use_case, answer=answer, url=url.strip(), name=files.clean_name(name or url.split("//", 1)[-1]),
        effective_on=effective_on, expires_on=expires_on, added_by_id=by.user_id,
    )  # fmt: skip
    changes.touched([use_case_id])
    return made


@transaction.atomic
def attach_file(
    *, by: Actor, use_case_id: UUID, part: str, upload: Upload, effective_on: date | None = None,
    expires_on: date | None = None,
) -> Evidence:  # fmt: skip
    """Keep a file. Its type is judged by name and first bytes; it is stored under a name of ours."""
    use_case, answer = _answer(by, use_case_id, part)
    head = next(iter(upload.chunks(_HEAD)), b"")[:_HEAD]
    name = files.clean_name(upload.name or "")
    size = upload.size or 0
    reasons = [*files.may_attach(name, size, head).reasons, *_dates(use_case, expires_on, effective_on)]
    if reasons:
        raise Refused(reasons)
    row_id = uuid4()
    digest = hashlib.sha256()
    upload.seek(0)
    for chunk in upload.chunks():
        digest.update(chunk)
    upload.seek(0)
    stored = default_storage.save(f"evidence/{row_id.hex[:2]}/{row_id.hex}", File(upload))
    try:
        with transaction.atomic():
            made = Evidence.objects.create(
                id=row_id, use_case=use_case, answer=answer, name=name, file=stored, size=size,
                sha256=digest.hexdigest(), content_type=files.TYPES[files.ending(name)][0],
                effective_on=effective_on, expires_on=expires_on, added_by_id=by.user_id,
            )  # fmt: skip
            changes.touched([use_case_id])
    except BaseException:
        default_storage.delete(stored)
        raise
    return made


@transaction.atomic
def remove(*, by: Actor, evidence_id: UUID, version: int | None = None) -> Evidence:
    """Take evidence off an answer. The row and the file stay: a decision may have stood on them."""
    found = Evidence.objects.visible_to(by).filter(id=evidence_id).first()
    if found is None:
        raise NotVisible
    use_case_of(by, found.use_case_id, "evidence.edit")
    row = Evidence.objects.select_for_update(of=("self",)).get(id=evidence_id)
    if version is not None and row.version != version:
        raise Conflict(row)
    if row.removed_at is None:
        row.write(removed_at=timezone.now())
        changes.touched([row.use_case_id])
    return row


@transaction.atomic
def restore(*, by: Actor, evidence_id: UUID) -> Evidence:
    """Undo a removal."""
    found = Evidence.objects.visible_to(by).filter(id=evidence_id).first()
    if found is None:
        raise NotVisible
    use_case_of(by, found.use_case_id, "evidence.edit")
    row = Evidence.objects.select_for_update(of=("self",)).get(id=evidence_id)
    if row.removed_at is not None:
        row.write(removed_at=None)
        changes.touched([row.use_case_id])
    return row
