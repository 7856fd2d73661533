"""What does the hypothesis still lack before a go? And what else do rules ask of it?"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from portfolio.rules import Gap, Severity
from roi.rules.signing import SEAT_LABELS
from roi.valuation import CostCategory

ORIGIN = "roi"


@dataclass(frozen=True)
class RoiFacts:
    """What is known of a use case's hypothesis on a day; without one every field keeps its default."""

    hypothesis_id: UUID | None = None
    number: int = 0
    drafted: bool = False
    signed_number: int | None = None  # the version that all seats signed and that still stands
    unsigned: tuple[str, ...] = tuple(SEAT_LABELS)  # seats whose signature is missing or void
    open_categories: tuple[str, ...] = ()
    verdict: str | None = None  # on_track, off_track, not_yet_known; None without any reading
    stop_met: bool = False
    behind: bool = False
    value: tuple[float, float, float] | None = None  # P10, P50, P90
    due_check_ins: tuple[int, ...] = ()

    @property
    def off_track(self) -> bool:
        return self.verdict == "off_track"


NO_FACTS = RoiFacts()


def gaps(facts: RoiFacts, lane: str | None, on: date) -> tuple[Gap, ...]:
    """No hypothesis, no full set of signatures, open cost categories. `on` is there as in every room."""
    if not facts.drafted:
        text = "There is no hypothesis yet: what changes, from where to where, worth what."
        return (Gap(ORIGIN, "no_signed_hypothesis", "hypothesis", Severity.HARD, "write", text),)
    found = []
    if facts.signed_number is None:
        missing = ", ".join(SEAT_LABELS[seat].lower() for seat in facts.unsigned)
        text = f"The hypothesis is not signed by: {missing}."
        found.append(Gap(ORIGIN, "no_signed_hypothesis", "hypothesis", Severity.HARD, "sign", text))
    severity = Severity.CONDITION if lane == "fast" else Severity.HARD
    found += [
        Gap(ORIGIN, "cost_open", category, severity, "write", f"{CostCategory(category).label} is not estimated.")
        for category in facts.open_categories
    ]
    return tuple(found)


def closers(found: Iterable[Gap], holders: Mapping[str, UUID | None]) -> dict[tuple[str, str, str], UUID]:
    """Whose seat can close each of this room's gaps: finance the costs, else the lead. Others are left out."""
    owners = {}
    for gap in found:
        if gap.origin == ORIGIN:
            seats = ("finance_partner", "lead") if gap.code == "cost_open" else ("lead",)
            owner = next((holders[seat] for seat in seats if holders.get(seat)), None)
            if owner is not None:
                owners[gap.key] = owner
    return owners
