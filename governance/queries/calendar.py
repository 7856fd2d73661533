"""Which go/no-go dates and reviews stand in the calendar of a portfolio?"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from portfolio.models import UseCase
from portfolio.rules import Actor, Stage
from roi.queries import check_ins_ahead


@dataclass(frozen=True)
class Entry:
    """One use case's date. `on` None: no date, `why` says what stands against one."""

    use_case: UseCase
    kind: str  # decide, review, check_in
    on: date | None
    why: str = ""
    p50_on: date | None = None
    p85_on: date | None = None
    day: int | None = None  # of a check-in: counted from day 0

    @property
    def words(self) -> str:
        said = {"decide": "Go/no-go", "review": "Review", "check_in": f"Check-in at day {self.day}"}
        return said[self.kind]


_DATED = (Stage.PILOT, Stage.PRODUCTION, Stage.PAUSED)


def entries(actor: Actor, portfolio_id: UUID) -> list[Entry]:
    """Each pilot once by its agreed date, each paused one by its review, check-ins still to come; the undated last.

    Three queries.
    """
    rows = (
        UseCase.objects.visible_to(actor)
        .filter(portfolio_id=portfolio_id, stage__in=_DATED)
        .select_related("assessment", "lead")
        .order_by("key")
    )
    found = []
    for row in rows:
        if row.stage == Stage.PAUSED:
            if row.review_on is not None:
                found.append(Entry(row, "review", row.review_on))
        elif row.stage == Stage.PILOT or row.agreed_on is not None:
            found.append(_decide(row))
    running = [row for row in rows if row.stage != Stage.PAUSED]
    found += [Entry(row, "check_in", check.due_on, day=check.day) for row, check in check_ins_ahead(running)]
    return sorted(found, key=lambda entry: (entry.on is None, entry.on or date.max, entry.use_case.key))


def _decide(row: UseCase) -> Entry:
    assessed = getattr(row, "assessment", None)
    why = assessed.no_date_reason if assessed else ""
    p50, p85 = (assessed.forecast_p50_on, assessed.forecast_p85_on) if assessed else (None, None)
    return Entry(row, "decide", row.agreed_on, why or ("" if row.agreed_on else "no date agreed"), p50, p85)


def as_ics(name: str, found: Iterable[Entry], base: str) -> str:
    """RFC 5545 text: one all-day event a date, lines folded at 75 octets, texts escaped."""
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Pilotage//Calendar//EN", "CALSCALE:GREGORIAN",
             f"X-WR-CALNAME:{_text(name)}"]  # fmt: skip
    for entry in found:
        if entry.on is None:
            continue
        lines += [
            "BEGIN:VEVENT",
            f"UID:{entry.kind}{entry.day or ''}-{entry.use_case.id}@pilotage",
            f"DTSTAMP:{stamp}",
            f"DTSTART;VALUE=DATE:{entry.on:%Y%m%d}",
            f"DTEND;VALUE=DATE:{entry.on + timedelta(days=1):%Y%m%d}",
            f"SUMMARY:{_text(f'{entry.words}: {entry.use_case.title}')}",
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
