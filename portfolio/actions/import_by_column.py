"""Bring one file into many portfolios, one for each value of a column: an instance administrator's act."""

from collections.abc import Sequence

from django.db import transaction

from people.models import User
from portfolio import access
from portfolio.actions.imports import Progress, bring
from portfolio.actions.portfolios import create_portfolio, free_slug
from portfolio.importing.report import Outcome
from portfolio.importing.rows import Row
from portfolio.models import Portfolio
from portfolio.rules import Actor, Role

_LONGEST_NAME = 200


def bring_by_column(
    *,
    by: Actor,
    portfolio: Portfolio,
    rows: Sequence[Row],
    dry_run: bool = False,
    progress: Progress | None = None,
    **about,
) -> list[Outcome]:
    """One transaction a portfolio. Rows whose cell is empty go to `portfolio`; a new one copies its leaders, policy,
    currency and time zone. A portfolio is found again by its name."""
    access.require(by, "portfolio.create")
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(row.belongs_to[:_LONGEST_NAME].strip(), []).append(row)
    named = {found.name: found for found in Portfolio.objects.listed().filter(name__in=list(groups))}
    outcomes: list[Outcome] = []
    done = 0
    for name, group in sorted(groups.items()):
        start = done

        def tell(count: int, start: int = start) -> None:
            if progress is not None:
                progress(start + count)

        if dry_run:
            slug = free_slug(name, [outcome.slug for outcome in outcomes])
            target = portfolio if not name else named.get(name) or Portfolio(name=name, slug=slug)
            outcomes.append(bring(by=by, portfolio=target, rows=group, dry_run=True, progress=tell))
        else:
            with transaction.atomic():
                target = portfolio if not name else named.get(name) or _like(portfolio, name, by)
                outcomes.append(bring(by=by, portfolio=target, rows=group, progress=tell, **about))
        done += len(group)
    return outcomes


def _like(model: Portfolio, name: str, by: Actor) -> Portfolio:
    """A portfolio of this name with the leaders, policy, currency and time zone of `model`."""
    leaders = User.objects.filter(memberships__portfolio=model, memberships__role=Role.LEADER, is_active=True)
    return create_portfolio(
        by=by, name=name, leaders=list(leaders), policy=model.policy, currency=model.currency,
        time_zone=model.time_zone,
    )  # fmt: skip
