"""Agree the band and the clocks, define the signals of the monitoring plan."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify

from feedback.actions.door import owner_faults, use_case_of
from feedback.models import Plan, Signal
from feedback.models.plan import WATCHED
from ledger import actions as ledger
from portfolio import access, changes
from portfolio.rules import Actor, Conflict, NotVisible, Reason, Refused

_PLANNED = ("watches", "band_low", "band_high", "infer_after_hours", "minimum_sample", "resolve_within_hours",
            "named_persons")  # fmt: skip
MOST_CODE = 64  # characters
_HOURS = {"infer_after_hours": (1, 8_760), "resolve_within_hours": (1, 8_760), "minimum_sample": (1, 10_000)}
_SIGNAL = ("code", "name", "unit", "source", "lower", "upper", "owner_id", "action", "silent_after_hours")


@transaction.atomic
def agree(*, by: Actor, use_case_id: UUID, version: int | None = None, **plan: Any) -> Plan:
    """Set the band (shares 0 to 1), which rate it watches, and the clocks. Only what is named changes.

    A changed band begins the alarm anew. Naming persons is a leader's act. Raises `Conflict`, `Refused`
    (`bad_band`, `unknown_rate`, `out_of_range`).
    """
    use_case = use_case_of(by, use_case_id, "feedback.plan")
    if plan.get("named_persons"):
        access.require(by, "feedback.name_persons", use_case.portfolio_id)
    row = Plan.objects.select_for_update().get_or_create(use_case=use_case)[0]
    if version is not None and row.version != version:
        raise Conflict(row)
    wanted = {name: plan.get(name, getattr(row, name)) for name in _PLANNED}
    if faults := _plan_faults(wanted):
        raise Refused(faults)
    changed = {name: value for name, value in wanted.items() if getattr(row, name) != value}
    if not changed:
        return row
    if {"band_low", "band_high", "watches"} & set(changed):
        changed["watch_since"] = datetime.now(UTC).date() if row.band else None
    for name, value in changed.items():
        setattr(row, name, value)
    row.version += 1
    row.updated_at = timezone.now()
    row.save()
    changes.touched([use_case.id])
    ledger.append(
        use_case.portfolio_id, "feedback.plan_agreed", by=by, subject=("use_case", use_case.id),
        payload={name: _plain(wanted[name]) for name in sorted(changed) if name in wanted},
    )  # fmt: skip
    return row


def _plain(value: Any) -> Any:
    """As the ledger takes it: no floats."""
    return str(value) if isinstance(value, float) else value


def _plan_faults(wanted: dict[str, Any]) -> list[Reason]:
    faults = []
    low, high = wanted["band_low"], wanted["band_high"]
    if (low is None) != (high is None) or (low is not None and not 0 < low <= high < 1):
        text = "The band needs both ends, more than 0 and less than 1, the lower first."
        faults.append(Reason("bad_band", text, "band_low"))
    if wanted["watches"] not in dict(WATCHED):
        faults.append(Reason("unknown_rate", f"The band watches one of {', '.join(dict(WATCHED))}.", "watches"))
    for name, (least, most) in _HOURS.items():
        value = wanted[name]
        if not (value is None and name == "infer_after_hours") and not (
            isinstance(value, int) and least <= value <= most
        ):
            faults.append(Reason("out_of_range", f"This is a whole number from {least} to {most}.", name))
    return faults


@transaction.atomic
def define_signal(*, by: Actor, use_case_id: UUID, code: str, name: str, **facts: Any) -> Signal:
    """Add a line to the monitoring plan: `lower`, `upper`, `owner_id`, `action`, `unit`, `source`, `silent_after_hours`.

    Refused: `code_taken`, `no_name`, `bad_limits`, `out_of_range`, `not_a_member`.
    """
    use_case = use_case_of(by, use_case_id, "feedback.plan")
    row = Signal(use_case=use_case)
    return _write_signal(by, row, {"code": code, "name": name, **facts}, "feedback.signal_defined")


@transaction.atomic
def change_signal(*, by: Actor, signal_id: UUID, version: int | None = None, **facts: Any) -> Signal:
    """Change a line of the plan; values that came before are judged anew."""
    return _write_signal(by, _locked(by, signal_id, version), facts, "feedback.signal_changed")


@transaction.atomic
def retire_signal(*, by: Actor, signal_id: UUID, version: int | None = None) -> None:
    """Take a line out of the plan; what it led to stays."""
    row = _locked(by, signal_id, version)
    row.retired_at = timezone.now()
    row.version += 1
    row.save(update_fields=["retired_at", "version"])
    changes.touched([row.use_case_id])
    ledger.append(
        row.use_case.portfolio_id, "feedback.signal_retired", by=by, subject=("use_case", row.use_case_id),
        payload={"signal": row.id},
    )  # fmt: skip


def _locked(by: Actor, signal_id: UUID, version: int | None) -> Signal:
    row = Signal.objects.visible_to(by).filter(id=signal_id, retired_at=None).select_for_update(of=("self",)).first()
    if row is None:
        raise NotVisible
    use_case_of(by, row.use_case_id, "feedback.plan")
    if version is not None and row.version != version:
        raise Conflict(row)
    return row


def _write_signal(by: Actor, row: Signal, facts: dict[str, Any], verb: str) -> Signal:
    use_case = row.use_case
    for name, value in facts.items():
        if name not in _SIGNAL:
            raise TypeError(f"A signal has no {name!r}.")
        setattr(row, name, value.strip() if isinstance(value, str) else value)
    row.code = row.code or slugify(row.name)[:MOST_CODE]  # a name without Latin letters gives none, and is asked
    faults = owner_faults(use_case, row.owner_id)
    if not row.code or not row.name:
        faults.append(Reason("no_name", "A signal needs a code and a name.", "name" if row.code else "code"))
    same = Signal.objects.filter(use_case=use_case, code=row.code, retired_at=None).exclude(id=row.id)
    if same.exists():
        faults.append(Reason("code_taken", f"There is a signal {row.code!r} already.", "code"))
    if row.lower is not None and row.upper is not None and row.lower > row.upper:
        faults.append(Reason("bad_limits", "The lower limit is above the upper one.", "lower"))
    if not isinstance(row.silent_after_hours, int) or not 1 <= row.silent_after_hours <= 8_760:
        faults.append(Reason("out_of_range", "This is a whole number from 1 to 8760.", "silent_after_hours"))
    if faults:
        raise Refused(faults)
    row.silent_since = None
    if not row._state.adding:
        row.version += 1
    row.save()
    changes.touched([use_case.id])
    ledger.append(
        use_case.portfolio_id, verb, by=by, subject=("use_case", use_case.id),
        payload={"signal": row.id, "code": row.code, "owner": row.owner_id},
    )  # fmt: skip
    return row
