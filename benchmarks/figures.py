"""What does one measured figure say?"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One line: which row of performance.md, what was measured, the limit as written there, whether it holds."""

    row: str
    what: str
    found: str
    limit: str
    holds: bool
