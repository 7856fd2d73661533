"""How long did governance itself keep people waiting: by step, by whom, against days of work?"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil
from statistics import median
from uuid import UUID

STEPS = {
    "accept": "Accept an answer",
    "sign": "Sign a hypothesis",
    "decide": "Decide what was asked for",
    "waive": "Approve a waiver",
}


@dataclass(frozen=True, slots=True)
class Wait:
    """Something waited for a person from `since_on`. `until_on` None: it still does; `person` None: for any leader."""

    step: str
    use_case_id: UUID
    since_on: date
    until_on: date | None
    person: UUID | None

    def days(self, on: date) -> int:
        return max(((self.until_on or on) - self.since_on).days, 0)


@dataclass(frozen=True, slots=True)
class Queue:
    """How long the waits of one step, or of one person, took. Days; None without any that ended."""

    done: int
    median_days: float | None
    p90_days: int | None
    open: int
    longest_open: int | None


def queue(waits: Iterable[Wait], on: date) -> Queue:
    """The waits that ended and those still open, summed up. The 90th percentile is the nearest rank."""
    rows = list(waits)
    ended = sorted(wait.days(on) for wait in rows if wait.until_on is not None)
    waiting = [wait.days(on) for wait in rows if wait.until_on is None]
    return Queue(
        len(ended), median(ended) if ended else None, ended[ceil(0.9 * len(ended)) - 1] if ended else None,
        len(waiting), max(waiting, default=None),
    )  # fmt: skip


def by_step(waits: Sequence[Wait], on: date) -> dict[str, Queue]:
    return {step: queue((wait for wait in waits if wait.step == step), on) for step in STEPS}


def by_person(waits: Sequence[Wait], on: date) -> dict[UUID | None, Queue]:
    """Who was waited for; the longest median first, then the most open."""
    people = {wait.person for wait in waits}
    found = {person: queue((wait for wait in waits if wait.person == person), on) for person in people}
    order = sorted(found, key=lambda who: (-(found[who].median_days or 0), -found[who].open, str(who)))
    return {person: found[person] for person in order}


@dataclass(frozen=True, slots=True)
class Against:
    """Days that use cases ran, and on how many of them something waited for a decision, a signature or a word."""

    elapsed: int
    waited: int

    @property
    def work(self) -> int:
        return self.elapsed - self.waited

    @property
    def share(self) -> float | None:
        return self.waited / self.elapsed if self.elapsed else None


def against_work(waits: Iterable[Wait], running: Mapping[UUID, date], on: date) -> Against:
    """`running`: use case → the day it began to run. Two waits on one day of one use case count once."""
    elapsed = sum(max((on - since).days, 0) for since in running.values())
    days: set[tuple[UUID, int]] = set()
    for wait in waits:
        since = running.get(wait.use_case_id)
        if since is not None:
            first, last = max(wait.since_on, since).toordinal(), (wait.until_on or on).toordinal()
            days.update((wait.use_case_id, day) for day in range(first, min(last, on.toordinal())))
    return Against(elapsed, len(days))
