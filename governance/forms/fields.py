"""Which kinds of fields and forms do all pages share?"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import QuerySet

from people.models import User
from portfolio.models import Portfolio
from portfolio.rules import Reason, Refused

_FIRST, _LAST = date(2000, 1, 1), date(2100, 12, 31)  # what the calendar of a portfolio may name


class Day(forms.DateField):
    """A day of the portfolio's calendar."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
        super().__init__(**options)
        self.validators += [
            MinValueValidator(_FIRST, "This day is too long ago."),
            MaxValueValidator(_LAST, "This day is too far away."),
        ]


class Text(forms.CharField):
    """A few sentences."""

    def __init__(self, rows: int = 3, **options: Any) -> None:
        options.setdefault("max_length", 5000)
        options.setdefault("widget", forms.Textarea(attrs={"rows": rows}))
        super().__init__(**options)


@dataclass(frozen=True)
class Group:
    """Fields that belong together. `text` says why they are asked."""

    fields: list[forms.BoundField]
    title: str = ""
    text: str = ""


class Plain(forms.Form):
    """A form that can also show what a rule refused: every reason, and the fields they are about."""

    BY_CODE: dict[str, str] = {}  # reason code → the field that can answer it

    def __init__(self, *args: Any, **options: Any) -> None:
        options.setdefault("label_suffix", "")
        super().__init__(*args, **options)
        self.refusal: tuple[Reason, ...] = ()

    def refuse(self, refused: Refused) -> None:
        """Keep all reasons, and mark the fields that the reasons name."""
        self.refusal = refused.reasons
        for reason in refused.reasons:
            name = self.BY_CODE.get(reason.code) or reason.subject.replace(".", "_")
            if name in self.fields:
                self.add_error(name, reason.text)

    @property
    def shape_errors(self) -> bool:
        """Something was typed wrongly (a refusal has its own box)."""
        return self.is_bound and bool(self.errors) and not self.refusal

    def groups(self) -> Iterable[Group]:
        """How the visible fields are grouped on the page."""
        return [Group(self.visible_fields())]


def members_of(portfolio: Portfolio) -> QuerySet[User]:
    """Whom a seat or an item can be given to."""
    return User.objects.filter(memberships__portfolio=portfolio, is_active=True).order_by("name", "email")
