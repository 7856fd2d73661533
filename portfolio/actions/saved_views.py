"""Which filters does a member keep under which name? Theirs alone, so nothing of it goes to the ledger."""

import unicodedata
from uuid import UUID

from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Lower

from portfolio import access
from portfolio.models import Membership, SavedView
from portfolio.rules import Actor, NotVisible, Reason, Refused

MOST = 20  # of one person in one portfolio: more is a list nobody reads


@transaction.atomic
def save_view(*, by: Actor, portfolio_id: UUID, name: str, place: str, query: str) -> SavedView:
    """Keep `query` (filters as the address has them, without "?") under a name.

    Refused with every reason: `no_name`, `name_too_long`, `odd_characters`, `name_taken`, `no_filters`, `too_many`.
    """
    member = _own(by, portfolio_id)
    name = _tidy(name)
    reasons = _against(member, name)
    if not query or len(query) > SavedView.QUERY:
        reasons.append(Reason("no_filters", "Set a filter first: a saved view is a name for filters.", "query"))
    if member.saved_views.count() >= MOST:
        reasons.append(Reason("too_many", f"You have {MOST} saved views here. Delete one first.", "name"))
    if reasons:
        raise Refused(reasons)
    return SavedView.objects.create(membership=member, name=name, place=place, query=query)


@transaction.atomic
def rename_view(*, by: Actor, view_id: UUID, name: str) -> SavedView:
    """Call one's own view something else. Refused as in `save_view`."""
    view = _one(by, view_id)
    name = _tidy(name)
    reasons = _against(view.membership, name, view)
    if reasons:
        raise Refused(reasons)
    view.name = name
    view.save(update_fields=["name"])
    return view


@transaction.atomic
def delete_view(*, by: Actor, view_id: UUID) -> None:
    """Forget one's own view; what it showed stays as it is."""
    _one(by, view_id).delete()


def _own(by: Actor, portfolio_id: UUID) -> Membership:
    """The actor's membership, locked: the limit and the names hold when two windows save at once."""
    access.require(by, "view.save", portfolio_id)
    found = Membership.objects.select_for_update(no_key=True).filter(portfolio_id=portfolio_id, user_id=by.user_id)
    member = found.first()
    if member is None:
        raise NotVisible
    return member


def _one(by: Actor, view_id: UUID) -> SavedView:
    portfolio_id = (
        SavedView.objects.visible_to(by).filter(id=view_id).values_list("membership__portfolio_id", flat=True).first()
    )
    if portfolio_id is None:
        raise NotVisible
    member = _own(by, portfolio_id)
    view = member.saved_views.filter(id=view_id).first()
    if view is None:  # deleted while we waited
        raise NotVisible
    view.membership = member
    return view


def _tidy(name: str) -> str:
    return " ".join(unicodedata.normalize("NFC", name).split())


def _against(member: Membership, name: str, view: SavedView | None = None) -> list[Reason]:
    reasons = []
    if not name:
        reasons.append(Reason("no_name", "Give the view a name.", "name"))
    if len(name) > SavedView.NAME:
        reasons.append(Reason("name_too_long", f"At most {SavedView.NAME} characters.", "name"))
    if any(unicodedata.category(char) in ("Cc", "Cs") for char in name):
        reasons.append(Reason("odd_characters", "The name holds characters that cannot be shown.", "name"))
        return reasons  # the database cannot even look for it
    others = member.saved_views.annotate(low=Lower("name")).filter(low=Lower(Value(name)))  # as the constraint has it
    if (others.exclude(id=view.id) if view else others).exists():
        reasons.append(Reason("name_taken", f"You have a view called “{name}” here already.", "name"))
    return reasons
