"""Which filtered lists does a member come back to? A named address, theirs alone."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from portfolio.models.portfolios import Membership
from portfolio.rules import Actor


class SavedViewSet(models.QuerySet["SavedView"]):
    def visible_to(self, actor: Actor) -> SavedViewSet:
        """A person's own, in the portfolios they belong to; nobody else's, not even for a leader."""
        return self.filter(membership__user_id=actor.user_id, membership__portfolio_id__in=actor.portfolio_ids())


class SavedView(models.Model):
    """One name for one set of filters. It ends with the membership."""

    BOARD, USE_CASES = "board", "use_cases"  # the routes that filters belong to
    PLACES = [(BOARD, "board"), (USE_CASES, "use cases")]
    NAME, QUERY = 60, 2000  # characters

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    membership = models.ForeignKey(Membership, models.CASCADE, related_name="saved_views")
    name = models.CharField(max_length=NAME)
    place = models.CharField(max_length=20, choices=PLACES)
    query = models.CharField(max_length=QUERY)  # stage=pilot&q=letters: read again on each use, never trusted
    made_at = models.DateTimeField(default=timezone.now)

    objects = SavedViewSet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint("membership", Lower("name"), name="saved_view_name_once")]
