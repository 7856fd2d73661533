"""What kind of values does a column hold?"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass

from portfolio.importing import dates, stages, values

_EMAIL = re.compile(r"^(?:mailto:)?[^@\s]{1,64}@[^@\s]{1,190}\.[^@\s]{2,24}[;,]?$", re.IGNORECASE)
_URL = re.compile(r"^(?:https?://|www\.)\S+", re.IGNORECASE)
_INTEGER = re.compile(r"^\d{1,7}$")


@dataclass(frozen=True, slots=True)
class Profile:
    """Shares (0 to 1) are of the filled cells; `distinct` counts values after folding; lengths are characters."""

    filled: int
    distinct: int
    mean_length: float
    emails: float
    urls: float
    dates: float
    numbers: float
    counts: float
    yes_no: float
    json: float
    stages: float
    stage_kinds: int
    counts_up: bool
    examples: tuple[str, ...]

    @property
    def unique(self) -> float:
        return self.distinct / self.filled if self.filled else 0.0


def profile(cells: Sequence[str]) -> Profile:
    """The profile of a sample of one column's cells; cells that stand for nothing do not count."""
    filled = [text for cell in cells if not values.is_nothing(text := values.clean(cell))]
    kinds: dict[str, str] = {}
    for text in filled:
        kinds.setdefault(values.fold(text[:300]), text)
    known = {key: stages.stage_of(text) for key, text in kinds.items()} if len(kinds) <= 200 else {}
    total = max(len(filled), 1)

    def share(test: object) -> float:
        return sum(1 for text in filled if callable(test) and test(text)) / total

    integers = [int(text) for text in filled if _INTEGER.match(text)]
    return Profile(
        filled=len(filled),
        distinct=len(kinds),
        mean_length=sum(map(len, filled)) / total,
        emails=share(_EMAIL.match),
        urls=share(_URL.match),
        dates=share(dates.looks_like_date),
        numbers=share(values.is_number),
        counts=share(lambda text: values.count(text) is not None),
        yes_no=share(lambda text: values.boolean(text) is not None),
        json=share(lambda text: text[0] in "{["),
        stages=sum(1 for text in filled if known.get(values.fold(text[:300]))) / total,
        stage_kinds=len({stage for stage in known.values() if stage}),
        counts_up=len(integers) == len(filled) > 2 and all(b - a == 1 for a, b in itertools.pairwise(integers)),
        examples=tuple(values.one_line(text)[:80] for text in list(kinds.values())[:3]),
    )
