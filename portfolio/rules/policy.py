"""Which limits does a portfolio keep? Versioned data, handed to every rule as a frozen value."""

from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any


class PolicyFault(ValueError):
    """A limit is not usable. `field` names it."""

    def __init__(self, field: str, text: str) -> None:
        self.field = field
        super().__init__(text)


# field → (least, most); numbers of slots, days or persons
BOUNDS: dict[str, tuple[int, int]] = {
    "pilot_cap": (0, 1000),
    "pilot_limit_days": (7, 1000),
    "review_lead_working_days": (0, 60),
    "waiting_limit_days": (1, 365),
    "paused_limit_days": (1, 1000),
    "missed_reviews_before_stop": (1, 10),
    "active_pilots_per_person": (1, 100),
    "silent_days": (1, 365),
    "exception_notice_days": (0, 90),
    "answer_working_days": (1, 30),
    "governance_share_percent": (1, 100),
}


@dataclass(frozen=True)
class Policy:
    """The limits of one portfolio (defaults: product.md and rules.md). Days are calendar days unless named working."""

    pilot_cap: int = 3
    pilot_limit_days: int = 90
    review_lead_working_days: int = 5
    waiting_limit_days: int = 30
    paused_limit_days: int = 180
    missed_reviews_before_stop: int = 2
    active_pilots_per_person: int = 2
    silent_days: int = 30
    exception_notice_days: int = 7
    answer_working_days: int = 3
    governance_share_percent: int = 30
    due_date_floors: bool = True
    holidays: tuple[date, ...] = ()
    version: int = 1

    @classmethod
    def from_json(cls, limits: dict[str, Any], version: int = 1) -> "Policy":
        """Build from stored or submitted JSON. Raises `PolicyFault` naming the first unusable field."""
        known = {field.name for field in fields(cls)} - {"version"}
        values: dict[str, Any] = {}
        for name, value in limits.items():
            if name not in known:
                raise PolicyFault(name, f"There is no limit called {name!r}.")
            if name == "holidays":
                values[name] = _days(value)
            elif name == "due_date_floors":
                if not isinstance(value, bool):
                    raise PolicyFault(name, "This is true or false.")
                values[name] = value
            else:
                least, most = BOUNDS[name]
                if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
                    raise PolicyFault(name, f"This is a whole number from {least} to {most}.")
                values[name] = value
        return cls(**values, version=version)

    def to_json(self) -> dict[str, Any]:
        """The limits as stored (without the version, which is the row's)."""
        limits = asdict(self)
        del limits["version"]
        limits["holidays"] = [day.isoformat() for day in self.holidays]
        return limits


def _days(value: Any) -> tuple[date, ...]:
    if not isinstance(value, (list, tuple)) or len(value) > 1000:
        raise PolicyFault("holidays", "This is a list of dates.")
    try:
        return tuple(sorted({day if isinstance(day, date) else date.fromisoformat(day) for day in value}))
    except (TypeError, ValueError):
        raise PolicyFault("holidays", "Each holiday is a date such as 2026-12-25.") from None
