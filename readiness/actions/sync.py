"""Make the blocking items equal to the gaps. Called only by `governance.actions.reassess`, and in sets."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from django.db import transaction

from portfolio.rules import Gap, Policy
from readiness.models import BlockingItem, ItemEvent
from readiness.rules import items as rules
from readiness.rules.items import Key, Mode, Plan, Stored

_PLANNED = ("use_case_id", "id", "origin", "code", "subject", "severity", "kind", "text", "closed_on")
_WRITTEN = ["severity", "kind", "text", "proposed_owner", "proposed_due_on", "spell_since_on", "earlier_days",
            "closed_on", "closed_as", "version"]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Work:
    """The gaps of one use case on its day, and who would close them."""

    use_case_id: UUID
    mode: Mode
    gaps: tuple[Gap, ...]
    on: date
    policy: Policy
    lead_id: UUID | None = None
    agreed_on: date | None = None
    closers: Mapping[Key, UUID] = field(default_factory=dict)


@transaction.atomic(savepoint=False)
def sync_items(works: Sequence[Work]) -> int:
    """Open, close, reopen and rewrite items; answers how many changed. As many statements for one as for many.

    Every item is locked, but only those that change are read whole: on most nights that is none.
    """
    stored: dict[UUID, list[Stored]] = defaultdict(list)
    ids = [work.use_case_id for work in works]
    rows = BlockingItem.objects.select_for_update(of=("self",)).filter(use_case_id__in=ids).order_by("id")
    for use_case_id, row_id, origin, code, subject, severity, kind, text, closed_on in rows.values_list(*_PLANNED):
        key = (origin, code, subject)
        stored[use_case_id].append(Stored(row_id, key, severity, kind, text, closed_on is None))
    plans = [(work, rules.plan(work.gaps, stored[work.use_case_id], work.mode)) for work in works]
    touched = {row_id for _, plan in plans for row_id in plan.touched()}
    known = BlockingItem.objects.in_bulk(touched) if touched else {}
    opened: list[BlockingItem] = []
    changed: list[BlockingItem] = []
    events: list[ItemEvent] = []
    for work, plan in plans:
        if plan:
            _apply(work, plan, known, opened, changed, events)
    BlockingItem.objects.bulk_create(opened, batch_size=500)
    BlockingItem.objects.bulk_update(changed, _WRITTEN, batch_size=500)
    ItemEvent.objects.bulk_create(events, batch_size=1000)
    return len(opened) + len(changed)


def _apply(
    work: Work, plan: Plan, known: dict[UUID, BlockingItem], opened: list[BlockingItem], changed: list[BlockingItem],
    events: list[ItemEvent],
) -> None:  # fmt: skip
    on = work.on
    for gap in plan.opens:
        row = BlockingItem(
            use_case_id=work.use_case_id, origin=gap.origin, code=gap.code, subject=gap.subject_id,
            opened_on=on, spell_since_on=on,
        )  # fmt: skip
        _say(row, gap, work)
        opened.append(row)
        events.append(ItemEvent(item=row, act="opened", on=on))
    for row_id, gap in plan.reopens:
        row = known[row_id]
        row.spell_since_on, row.closed_on, row.closed_as = max(on, row.opened_on), None, ""
        _say(row, gap, work)
        row.version += 1
        changed.append(row)
        events.append(ItemEvent(item=row, act="reopened", on=on))
    for row_id, closed_as in plan.closes:
        row = known[row_id]
        row.earlier_days = row.age(on)
        row.closed_on, row.closed_as = on, closed_as
        row.version += 1
        changed.append(row)
        events.append(ItemEvent(item=row, act="closed", now=closed_as, on=on))
    for row_id, gap in plan.rewrites:
        row = known[row_id]
        _say(row, gap, work)
        row.version += 1
        changed.append(row)


def _say(row: BlockingItem, gap: Gap, work: Work) -> None:
    """Words, kind and proposals of the gap. Owner and due date are people's: only proposed here."""
    row.severity, row.kind, row.text = gap.severity, gap.kind, gap.text
    row.proposed_owner_id = work.closers.get(gap.key) or work.lead_id
    row.proposed_due_on = rules.proposed_due(gap.kind, work.on, work.agreed_on, work.policy)
