"""Which use cases does the reader want to see? The address is the only place where filters live.

What the address says and we do not understand is left out and named in `dropped`, never an error.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import QueryDict

from governance.rules.status import Status
from governance.rules.warnings import FLAGS
from portfolio.access.fetch import as_uuid
from portfolio.models import Lane
from portfolio.models.use_cases import UseCaseSet
from portfolio.rules import Stage
from portfolio.tones import tone_of

PAGE_SIZE = 50
_LAST_PAGE = 1000
NOBODY = "nobody"  # as a lead: the seat is empty
_NAMES = ("stage", "status", "lane", "lead", "flag", "q")
_OTHERS = ("page", "seen", "rows")

FLAG_WORDS = {
    "exception_ending": "exception ends soon", "exception_ended": "exception ended", "no_date": "no date",
    "review_missed": "past its review", "paused_too_long": "paused too long", "purgatory": "in pilot too long",
    "waiting_too_long": "waited too long", "never_gated": "live, never gated", "waiting_on_us": "waiting on us",
    "silent": "nothing recorded",
}  # fmt: skip


@dataclass(frozen=True)
class Menu:
    """One filter: the value chosen, the address without it, and the addresses of all values."""

    name: str
    label: str
    chosen: str
    without: str
    options: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Filters:
    stage: str = ""
    status: str = ""
    lane: str = ""
    lead: str = ""
    flag: str = ""
    q: str = ""
    page: int = 1
    dropped: tuple[str, ...] = ()

    @property
    def any(self) -> bool:
        return any(getattr(self, name) for name in _NAMES)

    def narrow(self, use_cases: UseCaseSet, *, stage: bool = True) -> UseCaseSet:
        """Only those wanted. `stage` False leaves the stage to the caller."""
        wanted: dict[str, Any] = {}
        if stage and self.stage:
            wanted["stage"] = self.stage
        if self.status:
            wanted["assessment__status"] = self.status
        if self.lane:
            wanted["lane__code"] = self.lane
        if self.lead:
            wanted["lead_id"] = None if self.lead == NOBODY else self.lead
        if self.flag:
            wanted["assessment__flags__contains"] = [self.flag]
        return use_cases.filter(**wanted).matching(self.q)

    def address(self, **changes: Any) -> str:
        """The query string of this view with `changes`; a new filter starts at page 1."""
        values = replace(self, page=1, dropped=())
        values = replace(values, **changes)
        pairs = [(name, getattr(values, name)) for name in _NAMES if getattr(values, name)]
        if values.page > 1:
            pairs.append(("page", values.page))
        return f"?{urlencode(pairs)}"

    def menus(self, people: Sequence[tuple[UUID, str]], stages: Sequence[str] = tuple(Stage)) -> list[Menu]:
        """The filters as links. `people` are the leads to choose from."""
        named = {str(key): name for key, name in people} | {NOBODY: "nobody"}
        return [
            self._menu("stage", "Stage", stages, lambda code: tone_of(code).words),
            self._menu("status", "Status", tuple(Status), lambda code: tone_of(code).words),
            self._menu("lane", "Lane", [code for code, _ in Lane.CODES], str),
            self._menu("lead", "Lead", tuple(named), named.__getitem__),
            *([self._menu("flag", "Warning", (self.flag,), FLAG_WORDS.__getitem__)] if self.flag else []),
        ]

    def _menu(self, name: str, label: str, codes: Sequence[str], words: Callable[[str], str]) -> Menu:
        present = getattr(self, name)
        return Menu(
            name,
            label,
            words(present) if present else "",
            self.address(**{name: ""}),
            tuple((words(code), self.address(**{name: str(code)})) for code in codes),
        )

    def paged(self, rows: Sequence[Any]) -> "Page":
        """Cut `rows`, one more than a page fetched from `offset`, to a page."""
        first = self.offset + 1
        shown = list(rows[:PAGE_SIZE])
        return Page(
            shown,
            self.address(page=self.page - 1) if self.page > 1 else "",
            self.address(page=self.page + 1) if len(rows) > PAGE_SIZE else "",
            f"{first:,} to {first + len(shown) - 1:,}" if shown else "nothing more",
        )

    @property
    def offset(self) -> int:
        return (self.page - 1) * PAGE_SIZE

    @property
    def window(self) -> slice:
        """One row more than is shown tells whether there is a next page."""
        return slice(self.offset, self.offset + PAGE_SIZE + 1)


@dataclass(frozen=True)
class Page:
    rows: list[Any]
    previous: str
    next: str
    text: str


def parse(params: QueryDict, people: Sequence[tuple[UUID, str]]) -> Filters:
    """What the address asks for; every part that means nothing here is named in `dropped`."""
    leads = {str(key) for key, _ in people}
    known: Mapping[str, Callable[[str], bool]] = {
        "stage": lambda text: text in set(Stage),
        "status": lambda text: text in set(Status),
        "lane": lambda text: text in dict(Lane.CODES),
        "lead": lambda text: text == NOBODY or str(as_uuid(text)) in leads,
        "flag": lambda text: text in FLAGS,
        "q": lambda text: len(text) <= 200,
    }
    found: dict[str, Any] = {}
    dropped = [f"“{name[:40]}” is no filter here" for name in params if name not in known and name not in _OTHERS]
    for name, fits in known.items():
        text = params.get(name, "").strip()
        if text and fits(text):
            found[name] = text
        elif text:
            dropped.append(f"{name} “{text[:40]}” is not known here")
    page = params.get("page", "1")
    number = int(page) if page.isascii() and page.isdigit() and len(page) < 6 else 0
    if not 1 <= number <= _LAST_PAGE:
        dropped.append(f"page “{page[:20]}” is no page")
        number = 1
    return Filters(**found, page=number, dropped=tuple(dropped[:5]))
