"""How are rows narrowed to what an actor sees, and locked against a stale version?"""

from __future__ import annotations

from typing import Any, Self
from uuid import UUID

from django.db import models

from portfolio.models import UseCase
from portfolio.rules import Actor, Conflict, NotVisible


class Versioned(models.QuerySet):
    """Rows with a `version` that forms and `If-Match` name."""

    def lock(self, row_id: UUID, version: int | None = None) -> Any:
        """Lock one row. `NotVisible` when it is gone, `Conflict` when `version` is stale."""
        row = self.select_for_update(of=("self",)).filter(id=row_id).first()
        if row is None:
            raise NotVisible
        if version is not None and row.version != version:
            raise Conflict(row)
        return row


class OfUseCase(Versioned):
    """Rows that hang on a use case."""

    def visible_to(self, actor: Actor) -> Self:
        if actor.is_system:
            return self
        return self.filter(use_case__in=UseCase.objects.visible_to(actor))


class OfPortfolio(Versioned):
    """Rows that several use cases of a portfolio share; a token limited to one use case sees none."""

    def visible_to(self, actor: Actor) -> Self:
        if actor.is_system:
            return self
        if actor.use_case_id is not None:
            return self.none()
        return self.filter(portfolio_id__in=actor.portfolio_ids())


class Editable(models.Model):
    """A row that is changed in place by actions, with a version."""

    version = models.PositiveIntegerField(default=1)

    class Meta:
        abstract = True

    @property
    def etag(self) -> str:
        return f'"{self.pk}-{self.version}"'

    def write(self, **changes: Any) -> None:
        """Store `changes` of a locked row, raising its version. Only actions call this."""
        for name, value in changes.items():
            setattr(self, name, value)
        self.version += 1
        self.save(update_fields=[*changes, "version"])
