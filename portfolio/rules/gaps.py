"""What is still missing for a use case? A gap is derived, never typed."""

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    HARD = "hard"
    CONDITION = "condition"
    ADVISORY = "advisory"


@dataclass(frozen=True)
class Gap:
    """One thing missing. (origin, code, subject_id) is its identity: the same gap is the same blocking item.

    `origin` is the room that derives it, `kind` the sort of work that closes it (decide, write, sign, access …):
    it picks the starting curve of the forecast.
    """

    origin: str
    code: str
    subject_id: str
    severity: Severity
    kind: str
    text: str

    @property
    def key(self) -> tuple[str, str, str]:
        return (self.origin, self.code, self.subject_id)
