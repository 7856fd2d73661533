"""Which joined pictures of the register do others ask for?"""

import uuid

from django.db.models import Count, Q

from portfolio.models import Portfolio
from portfolio.rules import Actor, Stage

INSTANCE_CHAIN = uuid.UUID(int=0)  # the ledger of the instance itself


def chain_of(slug: str) -> uuid.UUID | None:
    """The ledger chain of the portfolio with this slug: its own id."""
    return Portfolio.objects.filter(slug=slug).values_list("id", flat=True).first()


def name_of_chain(chain_id: uuid.UUID) -> str | None:
    """What people call this chain."""
    if chain_id == INSTANCE_CHAIN:
        return "the instance"
    return Portfolio.objects.filter(id=chain_id).values_list("slug", flat=True).first()


def with_slots(actor: Actor):
    """The actor's portfolios with `slots_taken` and `use_case_count`: one query."""
    return (
        Portfolio.objects.visible_to(actor)
        .listed()
        .annotate(
            slots_taken=Count("use_cases", filter=Q(use_cases__stage=Stage.PILOT)),
            use_case_count=Count("use_cases"),
        )
    )
