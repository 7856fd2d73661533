"""What is worth a notice, and when does its mail go out? Pure: values in, values out, the clock is an argument."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from portfolio.rules import MOVES

SOON_DAYS = 3  # before something is due, so that it can still be done
WAITS_DAYS = 3  # a request unanswered so long is told once more (working days of product.md, here plain days)
RETRY = tuple(timedelta(seconds=one) for one in (30, 120, 600, 3600, 4 * 3600, 12 * 3600, 24 * 3600))
ABANDONED = timedelta(minutes=5)  # a mail claimed so long ago has lost its worker; longer than any time-out


class Kind(StrEnum):
    """What a notice is about; people mute them by kind."""

    DECISION = "decision"
    DECIDED = "decided"
    ITEM = "item"
    SLIP = "slip"
    ALARM = "alarm"
    CHECK_IN = "check-in"
    REVIEW = "review"


LABELS = {
    Kind.DECISION: "Decisions waiting for me", Kind.DECIDED: "What was decided", Kind.ITEM: "Items and conditions due",
    Kind.SLIP: "Dates that moved", Kind.ALARM: "Alarms", Kind.CHECK_IN: "Check-ins", Kind.REVIEW: "Reviews",
}  # fmt: skip


class Mail(StrEnum):
    """How a person is mailed."""

    NEVER = "never"
    DIGEST = "digest"
    AT_ONCE = "at-once"


@dataclass(frozen=True)
class Wish:
    """How a person wants to be told. Times are theirs; quiet hours may pass midnight."""

    mail: Mail = Mail.DIGEST
    digest_at: time = time(8)
    quiet_from: time | None = None
    quiet_until: time | None = None
    zone: str = "UTC"
    muted: frozenset[str] = frozenset()


_EVENTS = {
    "request.opened": Kind.DECISION, "request.reminded": Kind.DECISION, "date.agreed": Kind.SLIP,
    "feedback.alarm": Kind.ALARM, **{move.event: Kind.DECIDED for move in MOVES.values()},
}  # fmt: skip


def kind_of(event_type: str, payload: dict[str, Any]) -> Kind | None:
    """The kind of notice that a ledger line is worth; None for most lines, and for a first date: it moved nothing."""
    kind = _EVENTS.get(event_type)
    if kind is Kind.SLIP and (payload.get("was_on") is None or payload["was_on"] >= payload["agreed_on"]):
        return None
    return kind


def mail_after(wish: Wish, kind: Kind, now: datetime) -> datetime | None:
    """The moment from which a mail may tell it; None: in product only."""
    if wish.mail is Mail.NEVER or kind in wish.muted:
        return None
    zone = ZoneInfo(wish.zone)
    local = now.astimezone(zone)
    if wish.mail is Mail.DIGEST:
        return _next(wish.digest_at, local)
    if wish.quiet_from is None or wish.quiet_until is None or wish.quiet_from == wish.quiet_until:
        return now
    at = local.time().replace(tzinfo=None)
    if wish.quiet_from < wish.quiet_until:
        quiet = wish.quiet_from <= at < wish.quiet_until
    else:
        quiet = at >= wish.quiet_from or at < wish.quiet_until
    return _next(wish.quiet_until, local) if quiet else now


def _next(at: time, local: datetime) -> datetime:
    """The next time a clock there shows `at`, strictly later: also where a summer time skips or repeats it."""
    moment = local.replace(hour=at.hour, minute=at.minute, second=0, microsecond=0, fold=0)
    zone = ZoneInfo("UTC")
    while moment.astimezone(zone) <= local.astimezone(zone):
        moment += timedelta(days=1)
    return moment.astimezone(zone)


def retry_in(tries: int) -> timedelta | None:
    """How long after the n-th failed try the next is made; None: given up, the notice stays in product."""
    return RETRY[tries - 1] if tries <= len(RETRY) else None
