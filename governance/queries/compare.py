"""How do two to four use cases differ? Criteria as rows, one column each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from governance.queries.board import days_in_stage
from portfolio import formats
from portfolio.models import Portfolio, UseCase
from portfolio.models.use_cases import MAGNITUDES
from portfolio.rules import Stage
from portfolio.tones import tone_of

FEWEST, MOST = 2, 4
_UNKNOWN = "not known"


@dataclass(frozen=True)
class Criterion:
    label: str
    cells: tuple[str, ...]

    @property
    def differs(self) -> bool:
        return len(set(self.cells)) > 1


def chosen(portfolio: Portfolio, keys: Sequence[str]) -> list[UseCase]:
    """Those of this portfolio with these keys, in the order of the address, at most four."""
    wanted = list(dict.fromkeys(key[:20].upper() for key in keys))[:20]
    rows = UseCase.objects.filter(portfolio=portfolio, key__in=wanted)
    found = {row.key: row for row in rows.select_related("assessment", "lane", "sponsor", "lead").defer("details")}
    return [found[key] for key in wanted if key in found][:MOST]


def criteria(portfolio: Portfolio, rows: Sequence[UseCase], today: date) -> list[Criterion]:
    columns = [_facts(row, today, ZoneInfo(portfolio.time_zone), portfolio.currency) for row in rows]
    return [Criterion(label, tuple(column[label] for column in columns)) for label in (columns[0] if columns else ())]


def _facts(row: UseCase, today: date, zone: ZoneInfo, currency: str) -> dict[str, str]:
    seen = getattr(row, "assessment", None)
    worth = dict(MAGNITUDES).get(row.magnitude)
    return {
        "Advice": seen.recommendation if seen and seen.recommendation else "none",
        "Its reason": seen.reason if seen and seen.reason else "none",
        "Status": seen.status_text or tone_of(seen.status).words if seen and seen.status else "none",
        "Stage": tone_of(row.stage).words,
        "In this stage": formats.days(days_in_stage(row, today, zone)),
        "Blocking items": f"{seen.blocking_open} open" if seen and seen.blocking_open else "none",
        "Go/no-go date": formats.day(row.agreed_on, today) if row.agreed_on else "none agreed",
        "Worth": f"{worth}, {currency}" if worth else _UNKNOWN,
        "Business outcome": row.business_outcome or _UNKNOWN,
        "Real users": _UNKNOWN if row.real_users is None else f"{row.real_users:,}",
        "Running since": formats.day(row.running_since, today) if row.running_since else _UNKNOWN,
        "Sponsor": str(row.sponsor) if row.sponsor else row.sponsor_name or "nobody",
        "Lead": str(row.lead) if row.lead else "nobody",
        "Lane": row.lane.code if row.lane else "none chosen",
        "Success, in business terms": row.success_statement or _UNKNOWN,
        "Why AI": row.why_ai or _UNKNOWN,
        "We stop if": row.stop_criterion or _UNKNOWN,
        **(
            {"Restarts when": row.restart_condition or _UNKNOWN}
            if row.stage == Stage.PAUSED
            else {"Restarts when": "–"}
        ),
    }
