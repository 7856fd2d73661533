"""Which member does this id name?"""

from typing import Any
from uuid import UUID

from people.models import User
from portfolio.api.shapes import missing
from portfolio.models import Membership


def named(portfolio_id: UUID, said: dict[str, Any], *fields: str) -> dict[str, Any]:
    """`said` with ids of people replaced by the people; a foreign id is answered like an unknown one."""
    wanted = {said[name] for name in fields if said.get(name)}
    members = Membership.objects.filter(portfolio_id=portfolio_id, user_id__in=wanted).values("user_id")
    found = {user.id: user for user in User.objects.filter(id__in=members)} if wanted else {}
    for name in fields:
        if said.get(name):
            if said[name] not in found:
                raise missing(name)
            said[name] = found[said[name]]
    return said
