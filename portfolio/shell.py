"""What does every page's frame need to know: who reads, in which portfolio, where may they go?

Lazy: a page that shows no frame asks nothing, and a page that does asks one query besides the actor's roles.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Subquery
from django.db.models.functions import JSONObject, Lower
from django.http import HttpRequest
from django.urls import reverse

from portfolio.access.identity import actor_of
from portfolio.models import PolicyVersion, Portfolio, SavedView
from portfolio.queries import with_slots
from portfolio.rules import Policy

# icon, label, route, where else this place is "here" (a part without / in front is one of the portfolio); a room adds its own line when it has a page
PLACES = (
    ("board", "Board", "board", ()),
    ("target", "Best set", "best_set", ()),
    ("usecase", "Use cases", "use_cases", ("/u/",)),
    ("check", "My items", "my_items", ()),
    ("clock", "Waiting", "queue", ("mine/", "pack/")),
    ("calendar", "Go/no-go dates", "calendar", ("forecasts/", "timing/")),
    ("database", "Data map", "data_map", ()),
    ("exceptions", "Exceptions", "exceptions", ("learning/",)),
    ("bolt", "Lanes", "lanes", ()),
    ("import", "Import", "imports", ()),
    ("decision", "Decision log", "decisions", ("/d/",)),
    ("ledger", "Ledger", "ledger", ("audit/", "sample/", "replay/")),
    ("people", "Members", "members", ()),
    ("check", "Decision rights", "rights", ()),
    ("policy", "Cap and limits", "policy", ()),
)


@dataclass(frozen=True)
class Item:
    """One line of the rail."""

    icon: str
    label: str
    url: str
    current: bool = False
    count: int | None = None


class Shell:
    """The `shell` of templates/base.html. A view that shows a portfolio puts it on `request.portfolio`."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    @cached_property
    def _person(self) -> Any:
        user = getattr(self.request, "user", None)
        return user if user is not None and user.is_authenticated else None

    @property
    def theme(self) -> str:
        return self._person.theme if self._person else ""

    @property
    def shortcuts(self) -> bool:
        return self._person.shortcuts if self._person else True

    @property
    def user(self) -> dict[str, str]:
        return {"name": str(self._person), "email": self._person.email, "url": reverse("own_settings")}

    @cached_property
    def portfolios(self) -> list[Portfolio]:
        """The reader's portfolios with `slots_taken`, `use_case_count`, `cap`, `url` and own `views`: one query."""
        if self._person is None:
            return []
        newest = PolicyVersion.objects.filter(portfolio=OuterRef("pk")).order_by("-number").values("limits")[:1]
        views = (
            SavedView.objects.filter(membership__portfolio=OuterRef("pk"), membership__user=self._person)
            .order_by(Lower("name"))
            .values(told=JSONObject(name="name", place="place", query="query"))
        )
        places = with_slots(actor_of(self.request)).annotate(limits=Subquery(newest), views=ArraySubquery(views))
        found = list(places.order_by("name"))
        for one in found:
            one.cap = Policy.from_json(one.limits or {}).pilot_cap
            one.url = reverse("board", args=[one.slug])
        return found

    @cached_property
    def portfolio(self) -> Portfolio | None:
        """The one shown; on a page of none, the reader's only one."""
        shown = getattr(self.request, "portfolio", None)
        if shown is not None:
            return shown
        return self.portfolios[0] if len(self.portfolios) == 1 else None

    @cached_property
    def nav(self) -> list[Item]:
        shown = self.portfolio
        if shown is None:
            return self._outside()
        counted = next((one.use_case_count for one in self.portfolios if one.id == shown.id), None)
        items, home = [], reverse("board", args=[shown.slug])
        for icon, label, route, elsewhere in PLACES:
            url = reverse(route, args=[shown.slug])
            path = self.request.path
            parts = tuple(part if part.startswith("/") else f"{home}{part}" for part in elsewhere)
            here = path == url or (route != "board" and path.startswith(url)) or path.startswith(parts)
            items.append(Item(icon, label, url, here, counted if route == "use_cases" else None))
        return items

    def _outside(self) -> list[Item]:
        """Where there is to go from no portfolio; an instance administrator manages people too."""
        path = self.request.path
        items = [Item("portfolio", "Portfolios", reverse("home"), path == "/")]
        if self._person is not None and self._person.is_instance_admin:
            items.append(Item("people", "People", reverse("people"), path.startswith(reverse("people"))))
        return items

    @cached_property
    def saved_views(self) -> list[Item]:
        """The reader's named filters of the portfolio shown; they came with `portfolios`."""
        shown = self.portfolio
        kept = next((one.views for one in self.portfolios if shown is not None and one.id == shown.id), [])
        here = self.request.path, sorted(parse_qsl(self.request.META.get("QUERY_STRING", "")))
        items = []
        for view in kept:
            path = reverse(view["place"], args=[shown.slug])  # type: ignore[union-attr]
            current = here == (path, sorted(parse_qsl(view["query"])))
            items.append(Item("filter", view["name"], f"{path}?{view['query']}", current))
        return items

    @property
    def saved_views_url(self) -> str:
        return reverse("saved_views", args=[self.portfolio.slug]) if self.portfolio else ""


def of(request: HttpRequest) -> Shell:
    """The one shell of this request."""
    if not hasattr(request, "_shell"):
        request._shell = Shell(request)  # type: ignore[attr-defined]
    return request._shell  # type: ignore[attr-defined]


def context(request: HttpRequest) -> dict[str, Shell]:
    """The context processor."""
    return {"shell": of(request)}
