"""What does an import say at the end? Every row of the file, exactly once (interfaces.md, `import_use_cases --json`)."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from portfolio.importing.faults import Note
from portfolio.importing.plan import Content, Plan


@dataclass
class Outcome:
    """What one portfolio took. `touched` holds the use cases created or updated."""

    slug: str
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    notes: list[Note] = field(default_factory=list)
    touched: list[UUID] = field(default_factory=list)
    run_id: UUID | None = None

    @property
    def rows(self) -> int:
        return self.created + self.updated + self.unchanged


def report(plan: Plan, content: Content, outcomes: Iterable[Outcome]) -> dict[str, Any]:
    """What a plan's content came to; rows = created + updated + unchanged + skipped."""
    outcomes = list(outcomes)
    notes = content.reported + [note for outcome in outcomes for note in outcome.notes]
    return {
        "rows": content.count,
        "created": sum(outcome.created for outcome in outcomes),
        "updated": sum(outcome.updated for outcome in outcomes),
        "unchanged": sum(outcome.unchanged for outcome in outcomes),
        "skipped": [note.as_dict() for note in content.skipped],
        "reported": [note.as_dict() for note in sorted(notes, key=lambda note: note.row)],
        "stages": {str(stage): count for stage, count in sorted(content.stages.items())},
        "unmapped_stages": dict(content.unmapped_stages.most_common()),
        "columns": {name: match.column for name, match in plan.columns.items()},
        "encoding": plan.table.encoding,
        "header_row": plan.table.header_row,
        "sheet": plan.table.sheet,
        "portfolios": {outcome.slug: outcome.rows for outcome in outcomes},
    }
