"""What does one measured figure say, and how is it taken so that a busy machine does not decide it?"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

ROUNDS = 5  # performance.md: interleaved, five times


@dataclass(frozen=True)
class Figure:
    """One line: which row of performance.md, what was measured, the limit as written there, whether it holds."""

    row: str
    what: str
    found: str
    limit: str
    holds: bool


@dataclass(frozen=True)
class Times:
    """What single calls took, in ms: `walls` and `processor` (this process), a list for each round."""

    walls: list[list[float]]
    processor: list[list[float]]

    @property
    def p95(self) -> float:
        return statistics.quantiles([one for turn in self.walls for one in turn], n=20)[-1]

    @property
    def cpu(self) -> float:
        return statistics.median(one for turn in self.processor for one in turn)


def interleaved(*calls: Callable[[], object], times: int = 8, rounds: int = ROUNDS) -> list[Times]:
    """Each call so often a round, one call after the other, round after round; in the order of `calls`."""
    found = [Times([], []) for _ in calls]
    for call in calls:
        call()  # warm
    for _ in range(rounds):
        for call, taken in zip(calls, found, strict=True):
            walls, processor = [], []
            for _ in range(times):
                wall, own = time.perf_counter(), time.process_time()
                call()
                walls.append((time.perf_counter() - wall) * 1000)
                processor.append((time.process_time() - own) * 1000)
            taken.walls.append(walls)
            taken.processor.append(processor)
    return found


def ratio(above: Sequence[Sequence[float]], below: Sequence[Sequence[float]]) -> str:
    """Round by round the quotient of both medians: median (least to most)."""
    found = [statistics.median(one) / statistics.median(other) for one, other in zip(above, below, strict=True)]
    return f"{statistics.median(found):.2f} ({min(found):.2f} to {max(found):.2f})"
