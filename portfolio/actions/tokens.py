"""Lend a narrowed right to a program, and take it back."""

from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from ledger import actions as ledger
from portfolio import access
from portfolio.access import tokens
from portfolio.access.fetch import seats_of
from portfolio.models import Portfolio, Token, UseCase
from portfolio.rules import Actor, NotVisible, Reason, Refused

MOST_DAYS = 365
LEAD_MAY_LEND = frozenset({"feedback:write", "feedback:test"})  # a lead who is no leader (rules.md 1)


@transaction.atomic
def create_token(
    *, by: Actor, portfolio_id: UUID, name: str, scopes: list[str], days: int = 90, use_case_id: UUID | None = None
) -> tuple[Token, str]:
    """Mint a token; its text is returned once and never again.

    Refused: `unknown_scope`, `no_scope`, `bad_lifetime`, `lead_scope` (a lead lends only feedback scopes, only
    limited to their own use case).
    """
    portfolio = Portfolio.objects.visible_to(by).listed().filter(id=portfolio_id).first()
    if portfolio is None:
        raise NotVisible
    use_case = None
    if use_case_id is not None:
        use_case = UseCase.objects.visible_to(by).filter(id=use_case_id, portfolio_id=portfolio_id).first()
        if use_case is None:
            raise NotVisible
    access.require(by, "token.manage", portfolio_id, seats_of(use_case) if use_case else None)
    only_as_lead = not access.can(by, "token.manage", portfolio_id).allowed
    reasons = [
        Reason("unknown_scope", f"There is no scope {scope!r}.", scope)
        for scope in scopes
        if scope not in access.TABLE.scopes
    ]
    if not scopes:
        reasons.append(Reason("no_scope", "Choose at least one scope.", "scopes"))
    if not 1 <= days <= MOST_DAYS:
        reasons.append(Reason("bad_lifetime", f"A token lives 1 to {MOST_DAYS} days.", "days"))
    if only_as_lead and not set(scopes) <= LEAD_MAY_LEND:
        reasons.append(Reason("lead_scope", "A lead may lend only feedback scopes.", "scopes"))
    if reasons:
        raise Refused(reasons)
    text, public_id, digest = tokens.mint()
    token = Token.objects.create(
        public_id=public_id, secret_hmac=digest, name=name.strip(), scopes=sorted(set(scopes)), portfolio=portfolio,
        use_case=use_case, made_by_id=by.user_id, expires_at=timezone.now() + timedelta(days=days),
    )  # fmt: skip
    ledger.append(
        portfolio_id, "token.created", by=by, subject=("token", token.id),
        payload={"scopes": token.scopes, "use_case": use_case_id, "expires_at": token.expires_at},
        private={"name": token.name},
    )  # fmt: skip
    return token, text


@transaction.atomic
def revoke_token(*, by: Actor, token_id: UUID) -> Token:
    """End a token at once. Doing it twice changes nothing."""
    token = Token.objects.visible_to(by).select_for_update(of=("self",)).filter(id=token_id).first()
    if token is None:
        raise NotVisible
    access.require(by, "token.manage", token.portfolio_id, seats_of(token.use_case) if token.use_case else None)
    if token.revoked_at is None:
        end_token(by=by, token=token)
    return token


@transaction.atomic
def end_token(*, by: Actor, token: Token) -> None:
    """End a live token; whether the actor may is settled by whoever calls: its manager, or who shuts its maker out."""
    token.revoked_at = timezone.now()
    token.save(update_fields=["revoked_at"])
    ledger.append(token.portfolio_id, "token.revoked", by=by, subject=("token", token.id))
