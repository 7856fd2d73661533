"""Which portfolios do the benchmarks share? Made once a run, settled before anything is measured."""

from __future__ import annotations

from functools import cache

from django.db import connection

from governance.actions import nightly
from governance.management.commands.load_scale import load, load_with_items
from portfolio.models import Portfolio

LARGE, SMALL = 10_000, 100


@cache
def portfolio_with_items(count: int) -> Portfolio:
    """A settled portfolio of so many pilots, every gap an open, owned and dated item."""
    made = load_with_items(count, slug=f"scale-items-{count}")
    nightly.recompute(everything=True)
    return made


@cache
def portfolio(count: int, slug: str = "") -> Portfolio:
    """A settled portfolio of so many use cases."""
    made = load(count, slug=slug or f"scale-{count}")
    nightly.recompute(everything=False)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")  # as autovacuum does within a minute; nothing is measured in that minute
    return made


def empty(slug: str) -> Portfolio:
    """A portfolio without use cases."""
    return load(0, slug=slug)
