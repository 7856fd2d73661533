"""What does monitoring still lack before a use case can go live? (product.md, Gaps)"""

from __future__ import annotations

from datetime import date

from feedback.rules.facts import FeedbackFacts
from feedback.rules.signals import missing
from portfolio.rules import Gap, Policy, Severity

ORIGIN = "feedback"


def gaps(facts: FeedbackFacts, lane: str | None, policy: Policy, on: date) -> tuple[Gap, ...]:
    """One hard gap without any complete signal: question 4 is not clear without one. An advisory one per incomplete signal.

    Without a lane nothing is asked yet.
    """
    if lane is None:
        return ()
    found = []
    if not any(signal.complete for signal in facts.signals):
        text = "No monitoring signal with thresholds, owner and action."
        found.append(Gap(ORIGIN, "no_signal", "plan", Severity.HARD, "write", text))
    found += [
        Gap(ORIGIN, "signal_incomplete", signal.code, Severity.ADVISORY, "write", f"{signal.name} lacks {' and '.join(missing(signal))}.")
        for signal in facts.signals
        if not signal.complete
    ]  # fmt: skip
    return tuple(found)
