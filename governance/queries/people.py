"""Who has an account on this instance, and where do they belong? For an instance administrator."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import Prefetch, Q

from people.actions import ERASED
from people.models import User
from portfolio.models import Membership

SHOWN = 50  # people on a page


@dataclass(frozen=True)
class Everybody:
    """One page of people by name, each with `places`: their memberships outside the archive."""

    people: list[User]
    words: str
    page: int
    more: bool

    @classmethod
    def of(cls, asked: Mapping[str, str]) -> "Everybody":
        """The page that an address asks for (`q`, `page`); what it cannot mean is left out. Two queries."""
        words, typed = asked.get("q", "").replace("\x00", "").strip()[:100], asked.get("page", "")
        page = int(typed) if typed.isdecimal() and typed.isascii() and 0 < len(typed) < 5 else 1
        page = max(page, 1)
        rows = User.objects.exclude(email__endswith=ERASED)
        if words:
            rows = rows.filter(Q(name__icontains=words) | Q(email__icontains=words))
        here = Membership.objects.filter(portfolio__archived_at=None).select_related("portfolio")
        rows = rows.prefetch_related(Prefetch("memberships", here.order_by("portfolio__name"), to_attr="places"))
        start = (page - 1) * SHOWN
        found = list(rows.order_by("-is_active", "name", "email")[start : start + SHOWN + 1])
        return cls(found[:SHOWN], words, page, len(found) > SHOWN)

    def address(self, step: int) -> str:
        """The query of the page `step` further on."""
        told = {"q": self.words, "page": self.page + step}
        return "?" + urlencode({name: value for name, value in told.items() if value})

    @property
    def previous(self) -> str:
        return self.address(-1) if self.page > 1 else ""

    @property
    def next(self) -> str:
        return self.address(1) if self.more else ""
