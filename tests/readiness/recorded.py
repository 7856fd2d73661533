"""How do the recorded data sets become rows of the back-test? Their faults are met here, not in the method."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

from readiness.backtest import Row
from tests.shared_data import folder


def _table(path: Path, encoding: str = "utf-8") -> Iterator[dict[str, str]]:
    with path.open(encoding=encoding, newline="") as file:
        yield from csv.DictReader(file)


def github_issues() -> list[Row]:
    """2,203 issues, 653 of them still open: the test of censoring."""
    return [
        Row(
            date.fromisoformat(row["created_at"][:10]),
            date.fromisoformat(row["closed_at"][:10]) if row["closed_at"] else None,
        )
        for row in _table(folder("resolution-github-issues") / "linked_issues.csv")
    ]


def agile_tasks() -> list[Row]:
    """Finished tasks only; a finish one day before creation is a time-zone fault of the export and means the same day."""
    rows = []
    for row in _table(folder("resolution-jira-agile") / "jira.csv"):
        opened, closed = date.fromisoformat(row["created_date"]), date.fromisoformat(row["finished_date"])
        if closed >= opened - timedelta(days=1):
            rows.append(Row(opened, max(opened, closed), None, f"project {row['project']}"))
    return rows


def late_issues(project: str) -> list[Row]:
    """The late part: opened + days then left = due; due + days late = closed. For issues not late the close is unknown."""
    rows = []
    for row in _table(folder("resolution-delayed-issues") / f"{project}_creation.csv"):
        late, left = int(row["delaydays"]), row["RemainingDay"]
        if late > 0 and left != "NULL":
            opened = datetime.fromisoformat(row["openeddate"]).date()
            due = opened + timedelta(days=max(0, int(left)))
            rows.append(Row(opened, due + timedelta(days=late), due))
    return rows


def estimated_tasks() -> list[Row]:
    """Tasks once each; the stated date is the effort estimate at 7 hours a day, 5 days a week, from the day of estimate."""
    root = folder("estimates-sip")
    hours = {
        row["TaskNumber"]: float(row["HoursEstimate"]) for row in _table(root / "Sip-task-info.csv", "windows-1252")
    }
    rows: dict[str, Row] = {}
    for row in _table(root / "est-act-dates.csv"):
        number, estimate_on, completed_on = row["TaskNumber"], row["EstimateOn"], row["CompletedOn"]
        if number in hours and estimate_on and completed_on:
            opened, closed = (datetime.strptime(day, "%d-%b-%y").date() for day in (estimate_on, completed_on))
            if closed >= opened:
                due = opened + timedelta(days=math.ceil(hours[number] / 7 * 7 / 5))
                held = rows.get(number)
                rows[number] = Row(opened, max(closed, held.closed) if held and held.closed else closed, due)
    return list(rows.values())
