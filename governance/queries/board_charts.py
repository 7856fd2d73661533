"""Where do the pilots of the board stand: value against readiness, agreed date against forecast?

The very rows of the table, drawn: a second arrangement, never a second truth, and no further query.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from governance.charts import Point, Row

MOST = 20  # pilots drawn; more marks than that hide each other, and the table has them all
_SHORT = 18  # characters of a name where there is little room


@dataclass(frozen=True)
class Drawn:
    """`points` holds priced pilots whose lane asks something; `left_out` says how many of the rows are not among them."""

    points: list[Point]
    dates: list[Row]
    left_out: int


def drawn(rows: Sequence[Any]) -> Drawn | None:
    """The charts of these rows, as `queries.board.pilots` gives them; None with fewer than two to compare."""
    priced = [row for row in rows if row.asked and getattr(_assessed(row), "value_p50", None) is not None]
    if len(priced) < 2:
        return None
    return Drawn(
        [_point(row) for row in priced[:MOST]], [_dates(row) for row in rows[:MOST]], len(rows) - len(priced[:MOST])
    )


def _assessed(row: Any) -> Any:
    return getattr(row, "assessment", None)


def _point(row: Any) -> Point:
    found = _assessed(row)
    p10, p50, p90 = (float(amount) for amount in (found.value_p10, found.value_p50, found.value_p90))
    return Point(row.title, _short(row.title), row.clear / row.asked, p10, p50, p90, row.choice)


def _short(title: str) -> str:
    """The first words that fit."""
    if len(title) <= _SHORT:
        return title
    cut = title[: _SHORT - 1]
    return (cut.rpartition(" ")[0] or cut) + "…"


def _dates(row: Any) -> Row:
    found = _assessed(row)
    p50, p85, why = (found.forecast_p50_on, found.forecast_p85_on, found.no_date_reason) if found else (None, None, "")
    return Row(row.title, row.agreed_on, p50, p85, why)
