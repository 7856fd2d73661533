"""How long did exceptions take, when only counts a bucket are kept?

Medians do not add up over days; counts in buckets of equal ratio do. Sixteen buckets an octave: a value read back from
its bucket's geometric middle is at most 2.2 % off (2^(1/32) - 1), whatever its size.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

NO_CLOCK = -1  # resolved, but never said to be opened
UNDER_A_SECOND = 0
PER_OCTAVE = 16

# The bucket of `seconds` in SQL; the fold's twin of `bucket`.
BUCKET_SQL = f"""CASE WHEN {{seconds}} IS NULL THEN {NO_CLOCK} WHEN {{seconds}} < 1 THEN {UNDER_A_SECOND}
  ELSE 1 + floor({PER_OCTAVE} * ln({{seconds}}::float8) / ln(2::float8)) END"""


def bucket(seconds: float | None) -> int:
    """The bucket a resolution time falls into; none if the opening is unknown."""
    if seconds is None:
        return NO_CLOCK
    if seconds < 1:
        return UNDER_A_SECOND
    return 1 + math.floor(PER_OCTAVE * math.log(seconds) / math.log(2))


def seconds_of(number: int) -> float:
    """The geometric middle of a bucket, in seconds."""
    return 0.0 if number == UNDER_A_SECOND else 2 ** ((number - 0.5) / PER_OCTAVE)


def quantile(counts: Mapping[int, int], share: float) -> float | None:
    """The nearest-rank quantile in seconds (the least value with at least `share` of all at or below it)."""
    clocked = sorted((number, count) for number, count in counts.items() if number != NO_CLOCK and count > 0)
    rank = math.ceil(share * sum(count for _, count in clocked))
    for number, count in clocked:
        rank -= count
        if rank <= 0:
            return round(seconds_of(number), 3)
    return None
