"""Own, date, add, close by hand, edit many, ask for and approve a waiver."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from ledger import actions as ledger
from people.models import User
from portfolio import changes
from portfolio.models import UseCase
from portfolio.rules import Actor, NotVisible, Reason, Refused, Severity
from readiness.actions.scope import plain, require_members, use_case_of
from readiness.forecast.curves import STARTING_MEDIANS
from readiness.models import BlockingItem, ItemEvent, Waiver
from readiness.rules import items as rules

WRITABLE = ("owner", "due_on", "waits_on")
MANUAL_TOO = ("text", "kind", "severity")  # what people may change of what they added by hand
MOST_AT_ONCE = 500


@dataclass(frozen=True)
class NewItem:
    """An item somebody adds by hand."""

    text: str
    owner: User | None = None
    due_on: date | None = None
    kind: str = "other"
    severity: str = Severity.HARD


def opened_by_hand(use_case: UseCase, items: Iterable[NewItem], by: Actor, code: str = "manual") -> list[BlockingItem]:
    """Store manual items in the caller's transaction; the caller marks the use case and writes the ledger."""
    on = use_case.portfolio.today()
    rows = []
    for item in items:
        row_id = uuid4()
        rows.append(
            BlockingItem(
                id=row_id, use_case=use_case, origin=rules.MANUAL, code=code, subject=str(row_id), text=item.text.strip()[:300],
                kind=item.kind, severity=item.severity, owner=item.owner, due_on=item.due_on, first_due_on=item.due_on,
                opened_on=on, spell_since_on=on, made_by_id=by.user_id,
            )
        )  # fmt: skip
    BlockingItem.objects.bulk_create(rows)
    ItemEvent.objects.bulk_create(ItemEvent(item=row, act="opened", by_id=by.user_id, on=on) for row in rows)
    return rows


@transaction.atomic
def add(*, by: Actor, use_case_id: UUID, item: NewItem) -> BlockingItem:
    """Add an item by hand."""
    use_case = use_case_of(by, use_case_id, "item.edit", lock=True)
    reasons = []
    if not item.text.strip():
        reasons.append(Reason("no_text", "Say what is missing.", "text"))
    if item.kind not in STARTING_MEDIANS:
        reasons.append(Reason("unknown_kind", "There is no such kind of item.", "kind"))
    if item.severity not in list(Severity):
        reasons.append(Reason("unknown_severity", "An item is hard, a condition or advisory.", "severity"))
    if reasons:
        raise Refused(reasons)
    require_members(use_case.portfolio_id, {"owner": item.owner})
    row = opened_by_hand(use_case, [item], by)[0]
    changes.touched([use_case_id])
    _record(use_case, "item.added", [row], by, {"due_on": item.due_on, "owner": item.owner.id if item.owner else None})
    return row


def _locked(by: Actor, item_id: UUID, version: int | None, verb: str = "item.edit") -> tuple[UseCase, BlockingItem]:
    found = BlockingItem.objects.visible_to(by).filter(id=item_id).values_list("use_case_id", flat=True).first()
    if found is None:
        raise NotVisible
    use_case = use_case_of(by, found, verb, lock=True)
    return use_case, BlockingItem.objects.lock(item_id, version)


@transaction.atomic
def edit(*, by: Actor, item_id: UUID, version: int | None = None, **said: Any) -> BlockingItem:
    """Change owner, due date, waits on; of a manual one its words, kind and severity too. May raise `Conflict`."""
    use_case, row = _locked(by, item_id, version)
    reasons = []
    for name in said:
        if name not in WRITABLE and not (row.is_manual and name in MANUAL_TOO):
            reasons.append(Reason("derived", "This follows from the facts; change those.", name))
    if "text" in said and not str(said["text"]).strip():
        reasons.append(Reason("no_text", "Say what is missing.", "text"))
    if said.get("kind", "other") not in STARTING_MEDIANS:
        reasons.append(Reason("unknown_kind", "There is no such kind of item.", "kind"))
    if "waits_on" in said:
        reasons += _waits(row, said["waits_on"])
    if row.closed_on is not None:
        reasons.append(Reason("item_closed", "This item is closed.", str(row.id)))
    if reasons:
        raise Refused(reasons)
    if "owner" in said:
        require_members(use_case.portfolio_id, {"owner": said["owner"]})
    was = {"was_due_on": row.due_on} if "due_on" in said and said["due_on"] != row.due_on else {}
    if _write(use_case, row, said, by):
        changes.touched([use_case.id])
        _record(use_case, "item.changed", [row], by, _told(said) | was)
    return row


def _told(said: dict[str, Any]) -> dict[str, Any]:
    """What the ledger keeps of a change: dates, ids, codes; never words."""
    kept = {name: value for name, value in said.items() if name in ("due_on", "kind", "severity")}
    if "owner" in said:
        kept["owner"] = said["owner"].id if said["owner"] else None
    if "waits_on" in said:
        kept["waits_on"] = [str(item) for item in said["waits_on"]]
    return kept


def _waits(row: BlockingItem, waits_on: list[UUID]) -> list[Reason]:
    links = {
        item_id: tuple(waits)
        for item_id, waits in BlockingItem.objects.filter(use_case_id=row.use_case_id).values_list("id", "waits_on")
    }
    if any(other not in links for other in waits_on):
        return [Reason("no_such_item", "It can wait only on items of the same use case.", "waits_on")]
    if rules.ring({**links, row.id: tuple(waits_on)}, row.id):
        return [Reason("waits_in_ring", "It would wait on itself.", "waits_on")]
    return []


def _write(use_case: UseCase, row: BlockingItem, said: dict[str, Any], by: Actor) -> bool:
    """Store what differs, one history line a field."""
    on = use_case.portfolio.today()
    changed: dict[str, Any] = {}
    events = []
    for name, value in said.items():
        was = getattr(row, f"{name}_id" if name == "owner" else name)
        now = value.pk if name == "owner" and value is not None else value
        if was == now:
            continue
        changed[name] = value
        events.append(
            ItemEvent(item=row, act="changed", field=name, was=plain(was)[:300], now=plain(now)[:300], by_id=by.user_id, on=on)
        )  # fmt: skip
    if not changed:
        return False
    if changed.get("due_on") and row.first_due_on is None:
        changed["first_due_on"] = changed["due_on"]
    row.write(**changed)
    ItemEvent.objects.bulk_create(events)
    return True


@transaction.atomic
def accept_proposals(*, by: Actor, use_case_id: UUID) -> int:
    """Take every proposed owner and due date where none is set yet; answers how many items it helped."""
    use_case = use_case_of(by, use_case_id, "item.edit", lock=True)
    rows = BlockingItem.objects.select_for_update(of=("self",)).filter(use_case=use_case).open().order_by("id")
    rows = rows.filter(
        Q(owner=None, proposed_owner__isnull=False) | Q(due_on=None, proposed_due_on__isnull=False)
    ).select_related("proposed_owner")
    helped = []
    for row in rows:
        said: dict[str, Any] = {}
        if row.owner_id is None and row.proposed_owner is not None:
            said["owner"] = row.proposed_owner
        if row.due_on is None:
            said["due_on"] = row.proposed_due_on
        if _write(use_case, row, said, by):
            helped.append(row)
    if helped:
        changes.touched([use_case_id])
        _record(use_case, "items.proposals_accepted", helped, by, {})
    return len(helped)


@transaction.atomic
def edit_many(*, by: Actor, portfolio_id: UUID, item_ids: list[UUID], **said: Any) -> int:
    """Give many open items of one portfolio an owner or a due date: all or none."""
    if len(item_ids) > MOST_AT_ONCE:
        raise Refused([Reason("too_many", f"At most {MOST_AT_ONCE} at once.", "items")])
    wanted = set(item_ids)
    rows = BlockingItem.objects.visible_to(by).filter(id__in=wanted, use_case__portfolio_id=portfolio_id)
    cases = dict.fromkeys(sorted(rows.values_list("use_case_id", flat=True)))
    use_cases = {use_case_id: use_case_of(by, use_case_id, "item.edit", lock=True) for use_case_id in cases}
    locked = list(BlockingItem.objects.select_for_update(of=("self",)).filter(id__in=rows.values("id")).order_by("id"))
    reasons = []
    if {row.id for row in locked} != wanted:
        raise NotVisible
    for row in locked:
        if row.closed_on is not None:
            reasons.append(Reason("item_closed", "This item is closed.", str(row.id)))
    if set(said) - {"owner", "due_on"} or not said:
        reasons.append(Reason("nothing_to_change", "Many items share only an owner or a due date.", "items"))
    if reasons:
        raise Refused(reasons)
    if "owner" in said:
        require_members(portfolio_id, {"owner": said["owner"]})
    changed = [row for row in locked if _write(use_cases[row.use_case_id], row, said, by)]
    if changed:
        changes.touched({row.use_case_id for row in changed})
        ledger.append(
            portfolio_id, "items.changed", by=by, subject=("portfolio", portfolio_id),
            payload={"items": sorted(str(row.id) for row in changed), **_told(said)},
        )  # fmt: skip
    return len(changed)


@transaction.atomic
def close(*, by: Actor, item_id: UUID, version: int | None = None) -> BlockingItem:
    """Close a manual item by hand; a derived one closes when its gap is gone."""
    use_case, row = _locked(by, item_id, version)
    if not row.is_manual:
        raise Refused([Reason("derived", "It closes by itself when what is missing is there.", str(row.id))])
    if row.closed_on is None:
        on = use_case.portfolio.today()
        row.write(earlier_days=row.age(on), closed_on=on, closed_as=rules.RESOLVED)
        ItemEvent.objects.create(item=row, act="closed", now=rules.RESOLVED, by_id=by.user_id, on=on)
        changes.touched([use_case.id])
        _record(use_case, "item.closed", [row], by, {})
    return row


@transaction.atomic
def reopen(*, by: Actor, item_id: UUID) -> BlockingItem:
    """Undo a close by hand."""
    use_case, row = _locked(by, item_id, None)
    if not row.is_manual:
        raise Refused([Reason("derived", "It opens by itself when something is missing again.", str(row.id))])
    if row.closed_on is not None:
        on = use_case.portfolio.today()
        row.write(spell_since_on=max(on, row.opened_on), closed_on=None, closed_as="")
        ItemEvent.objects.create(item=row, act="reopened", by_id=by.user_id, on=on)
        changes.touched([use_case.id])
        _record(use_case, "item.reopened", [row], by, {})
    return row


@transaction.atomic
def ask_waiver(*, by: Actor, item_id: UUID, reason: str, until_on: date) -> Waiver:
    """Ask that a hard item may pass for a time; another person approves."""
    use_case, row = _locked(by, item_id, None, "item.ask_waiver")
    on = use_case.portfolio.today()
    reasons = list(rules.may_ask_waiver(row.severity, reason, until_on, on).reasons)
    if row.closed_on is not None:
        reasons.append(Reason("item_closed", "This item is closed.", str(row.id)))
    if row.waivers.open().exists():
        reasons.append(Reason("already_asked", "A waiver is asked for already.", str(row.id)))
    if reasons:
        raise Refused(reasons)
    waiver = Waiver.objects.create(item=row, reason=reason.strip(), until_on=until_on, requested_by_id=by.user_id)
    ItemEvent.objects.create(item=row, act="waiver_asked", now=until_on.isoformat(), by_id=by.user_id, on=on)
    _record(use_case, "waiver.asked", [row], by, {"waiver": waiver.id, "until_on": until_on}, reason=waiver.reason)
    return waiver


@transaction.atomic
def waive(*, by: Actor, item_id: UUID) -> Waiver:
    """Approve the waiver asked for. Never by whoever asked."""
    use_case, row = _locked(by, item_id, None, "item.waive")
    on = use_case.portfolio.today()
    waiver = row.waivers.select_for_update().open().first()
    if waiver is None:
        raise Refused([Reason("no_waiver_asked", "Nobody has asked for a waiver.", str(row.id))])
    rules.may_waive(waiver.requested_by_id, by.user_id, by.on_behalf_of, waiver.until_on, on).require()
    waiver.approved_by_id, waiver.approved_at = by.user_id, timezone.now()
    waiver.save(update_fields=["approved_by", "approved_at"])
    ItemEvent.objects.create(item=row, act="waived", now=waiver.until_on.isoformat(), by_id=by.user_id, on=on)
    changes.touched([use_case.id])
    _record(use_case, "waiver.approved", [row], by, {"waiver": waiver.id, "until_on": waiver.until_on})
    return waiver


@transaction.atomic
def end_waiver(*, by: Actor, item_id: UUID) -> int:
    """Take back what was asked, or end what was approved."""
    use_case, row = _locked(by, item_id, None, "item.ask_waiver")
    waivers = list(row.waivers.select_for_update().filter(ended_at=None))
    if any(waiver.approved_at for waiver in waivers):
        use_case_of(by, use_case.id, "item.waive")
    ended = row.waivers.filter(ended_at=None).update(ended_at=timezone.now())
    if ended:
        changes.touched([use_case.id])
        _record(use_case, "waiver.ended", [row], by, {})
    return ended


def _record(
    use_case: UseCase, event: str, rows: list[BlockingItem], by: Actor, payload: dict[str, Any], reason: str = ""
) -> None:
    ledger.append(
        use_case.portfolio_id, event, by=by, subject=("use_case", use_case.id),
        refers_to=rows[0].id if len(rows) == 1 else None,
        payload={"items": [str(row.id) for row in rows], **payload}, private={"reason": reason} if reason else {},
    )  # fmt: skip
