"""Which go/no-go dates and reviews stand in the calendar of a portfolio?"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from portfolio.models import UseCase
from portfolio.rules import Actor, Stage


@dataclass(frozen=True)
class Entry:
    """One use case's date. `on` None: no date, `why` says what stands against one."""

    use_case: UseCase
    kind: str  # decide, review
    on: date | None
    why: str = ""
    p50_on: date | None = None
    p85_on: date | None = None


def entries(actor: Actor, portfolio_id: UUID) -> list[Entry]:
    """Each pilot once by its agreed date, each paused one by its review; those without a date last. One query."""
    rows = (
        UseCase.objects.visible_to(actor)
        .filter(portfolio_id=portfolio_id, stage__in=(Stage.PILOT, Stage.PAUSED))
        .select_related("assessment", "lead")
        .order_by("key")
    )
    found = []
    for row in rows:
        assessed = getattr(row, "assessment", None)
        if row.stage == Stage.PAUSED:
            if row.review_on is not None:
                found.append(Entry(row, "review", row.review_on))
            continue
        why = assessed.no_date_reason if assessed else ""
        p50, p85 = (assessed.forecast_p50_on, assessed.forecast_p85_on) if assessed else (None, None)
        found.append(Entry(row, "decide", row.agreed_on, why or ("" if row.agreed_on else "no date agreed"), p50, p85))
    return sorted(found, key=lambda entry: (entry.on is None, entry.on or date.max, entry.use_case.key))


def as_ics(name: str, found: Iterable[Entry], base: str) -> str:
    """RFC 5545 text: one all-day event a date, lines folded at 75 octets, texts escaped."""
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Pilotage//Calendar//EN", "CALSCALE:GREGORIAN",
             f"X-WR-CALNAME:{_text(name)}"]  # fmt: skip
    for entry in found:
        if entry.on is None:
            continue
        said = "Go/no-go" if entry.kind == "decide" else "Review"
        lines += [
            "BEGIN:VEVENT",
            f"UID:{entry.kind}-{entry.use_case.id}@pilotage",
            f"DTSTAMP:{stamp}",
            f"DTSTART;VALUE=DATE:{entry.on:%Y%m%d}",
            f"DTEND;VALUE=DATE:{entry.on + timedelta(days=1):%Y%m%d}",
            f"SUMMARY:{_text(f'{said}: {entry.use_case.title}')}",
            f"URL:{base}/u/{entry.use_case.key}/",
            "END:VEVENT",
        ]
    lines.append("END:VCALENDAR")
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def _text(value: str) -> str:
    kept = "".join(char if char.isprintable() else " " for char in value)
    return kept.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")


def _folded(line: str) -> str:
    parts, now = [], b""
    for char in line:
        octets = char.encode()
        if len(now) + len(octets) > (75 if not parts else 74):
            parts.append(now.decode())
            now = b""
        now += octets
    parts.append(now.decode())
    return "\r\n ".join(parts)
