"""A token: a person's right, narrowed to scopes, lent to a program."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from portfolio.models.portfolios import Portfolio
from portfolio.models.use_cases import UseCase
from portfolio.rules import Actor


class TokenSet(models.QuerySet["Token"]):
    def visible_to(self, actor: Actor) -> TokenSet:
        if actor.is_system:
            return self
        return self.filter(portfolio_id__in=actor.portfolio_ids())


class Token(models.Model):
    """`apg_<env>_<public id>_<secret>_<crc>`: only the public id and an HMAC of the secret are stored."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    public_id = models.CharField(max_length=8, unique=True)
    secret_hmac = models.BinaryField(max_length=32)
    name = models.CharField(max_length=120)
    scopes = ArrayField(models.CharField(max_length=40))
    portfolio = models.ForeignKey(Portfolio, models.CASCADE, related_name="tokens")
    use_case = models.ForeignKey(UseCase, models.CASCADE, null=True, blank=True, related_name="tokens")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="tokens")
    made_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)  # written at most once a minute
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = TokenSet.as_manager()
