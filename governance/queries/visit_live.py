"""What happened to what is live, and which exceptions and alarms wait on the reader?"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q
from django.urls import reverse

from feedback.models import Incident, IncidentNote, Ring
from feedback.shapes import OPENED
from feedback.words import percent
from portfolio import formats
from portfolio.models import Portfolio

MOST = 7
UP = "people override more than agreed"
DOWN = "hardly anybody overrides any more"


def _tab(key: str, part: str = "") -> str:
    return reverse("use_case_feedback", args=[key]) + part


def rang(portfolio: Portfolio, moment: datetime) -> Iterable[tuple[str, str, str]]:
    """(text, subject, address) of alarms that rang since, those that stand first."""
    rows = Ring.objects.filter(use_case__portfolio=portfolio, made_at__gt=moment).select_related("use_case")
    for row in sorted(rows[:200], key=lambda one: one.acknowledged_at is not None):
        day = formats.day(row.rang_on, portfolio.today())
        share = f", {percent(row.rate)} of 28 days" if row.rate is not None else ""
        seen = "" if row.acknowledged_at is None else "; somebody saw it"
        words = UP if row.direction == Ring.UP else DOWN
        yield f"rang the alarm of {day}: {words}{share}{seen}.", row.use_case.title, _tab(row.use_case.key)


def mine(portfolio: Portfolio, user_id: UUID | None) -> Iterable[tuple[str, str, str, str]]:
    """(text, act, address, subject): exceptions of mine that are overdue, alarms where I lead that nobody saw."""
    still_open = Incident.objects.filter(
        use_case_id=OuterRef("use_case_id"), exception_id=OuterRef("exception_id"), state=OPENED
    )
    late = (
        IncidentNote.objects.filter(Exists(still_open), use_case__portfolio=portfolio, overdue_since__isnull=False)
        .filter(Q(owner=user_id) | Q(owner=None, use_case__lead=user_id))
        .values_list("use_case__key", "use_case__title")
        .annotate(count=Count("id"))
    )
    for key, title, count in late.order_by("-count", "use_case__key")[:MOST]:
        words = f"has {count} exception{'s' * (count > 1)} of yours past {'their' if count > 1 else 'its'} time."
        yield words, "Close what is solved", _tab(key, "#exceptions"), title
    rings = Ring.objects.filter(use_case__portfolio=portfolio, use_case__lead=user_id, acknowledged_at=None)
    for ring in rings.select_related("use_case")[:MOST]:
        words = UP if ring.direction == Ring.UP else DOWN
        yield (
            f"{words}, and nobody said what to make of it.",
            "Look at the alarm",
            _tab(ring.use_case.key),
            ring.use_case.title,
        )
