"""What does a rule know of the feedback of one use case?"""

from __future__ import annotations

from dataclasses import dataclass

from feedback.rules.signals import SignalFact, standing


@dataclass(frozen=True)
class FeedbackFacts:
    """Everything that gaps and the status of a live use case rest on; all of it is stored, none hangs on the hour."""

    signals: tuple[SignalFact, ...] = ()
    alarm: str = ""  # up, down: rang and nobody acknowledged it
    open_exceptions: int = 0
    overdue_exceptions: int = 0
    breaches_overdue: tuple[str, ...] = ()  # names of signals whose breach nobody acted on in time
    new_model: str = ""  # a major version first seen after the go, such as "router 4"

    @property
    def silent(self) -> tuple[str, ...]:
        return tuple(signal.name for signal in self.signals if signal.silent)

    @property
    def outside(self) -> tuple[str, ...]:
        return tuple(signal.name for signal in self.signals if standing(signal) == "outside")


NOTHING_KNOWN = FeedbackFacts()


def reasons_to_act(facts: FeedbackFacts) -> tuple[str, ...]:
    """Sentences: a threshold was breached and nothing was done, in time or because nothing was agreed."""
    unplanned = [s.name for s in facts.signals if standing(s) == "outside" and not s.complete]
    names = dict.fromkeys([*facts.breaches_overdue, *unplanned])
    return tuple(f"{name} outside its limit, nothing done" for name in names)


def reasons_to_watch(facts: FeedbackFacts) -> tuple[str, ...]:
    """Sentences, the weightiest first (product.md, Status)."""
    found = []
    if facts.alarm:
        found.append("overrides became frequent" if facts.alarm == "up" else "overrides almost stopped")
    found += [f"{name} outside its limit" for name in facts.outside]
    if facts.overdue_exceptions:
        found.append(f"{facts.overdue_exceptions} overdue exception{'s' * (facts.overdue_exceptions > 1)}")
    found += [f"{name} silent" for name in facts.silent]
    if facts.new_model:
        found.append(f"new model {facts.new_model} since the go")
    return tuple(found)
