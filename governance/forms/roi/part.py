"""How is one section of a hypothesis typed, so that two writers lose nothing?

Everything is compared as the text that was typed: what the writer saw, what they typed, what is there now.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from django import forms
from django.http import QueryDict

from governance.forms.fields import Plain
from roi.rules import figures
from roi.rules.content import Content

DRAFTED = "Drafted from what is known. Change what is wrong."


@dataclass(frozen=True)
class Clash:
    name: str
    label: str
    theirs: str
    mine: str


class Part(Plain):
    """A section of the page. `show` says what its fields hold, `facts` what they mean."""

    code: ClassVar[str]
    title: ClassVar[str]
    hint: ClassVar[str] = ""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(
        self, data: QueryDict | dict[str, Any] | None = None, *, content: Content, version: int,
        drafts: Mapping[str, str] | None = None,
    ) -> None:  # fmt: skip
        self.content = content
        self.seen = self.show(content)
        drafted = {name: text for name, text in (drafts or {}).items() if text and not self.seen.get(name)}
        super().__init__(data, initial=self.seen | drafted | {"version": version})
        self.fields.update(self.more(content, data))
        for name in drafted:
            self.fields[name].help_text = DRAFTED
        self.clashes: list[Clash] = []
        for name in self.fields:
            if name != "version":
                self.fields[name].show_hidden_initial = True

    def show(self, content: Content) -> dict[str, str]:
        return {name: shown(getattr(content, name)) for name in self.base_fields if name != "version"}

    def more(self, content: Content, data: Any) -> dict[str, forms.Field]:
        """Fields that depend on how many rows there are."""
        return {}

    def label_of(self, name: str) -> str:
        """What people call this field when two changed it."""
        return str(self.fields[name].label or name.replace("_", " "))

    def facts(self) -> dict[str, Any]:
        """What was typed, as `roi.actions.hypotheses.edit` takes it. Blank texts stay blank, blank figures are none."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}

    def merged(self, present: Content, version: int) -> "Part":
        """The same typing over the present content; `clashes` are fields that both changed, to different values."""
        now = self.show(present)
        data = {f"initial-{name}": text for name, text in now.items()} | now | {"version": str(version)}
        clashes = []
        for name in set(self.fields) - {"version"}:
            typed, seen = self.data.get(name, ""), self.data.get(f"initial-{name}", "")
            theirs = now.get(name, "")
            if typed.strip() == seen.strip() and theirs:
                continue
            data[name] = typed  # also a draft that was left as it is, where nobody wrote anything else
            if theirs.strip() not in (seen.strip(), typed.strip()):
                clashes.append(Clash(name, self.label_of(name), theirs or "nothing", typed or "nothing"))
        again = type(self)(data, content=present, version=version)
        again.clashes = sorted(clashes, key=lambda one: one.name)
        return again

    def taking(self, name: str) -> "Part":
        """The same typing with one field as somebody else wrote it."""
        data = {key: self.data.get(key, "") for key in self.data}
        if name in self.fields:
            data[name] = data.get(f"initial-{name}", "")
        return type(self)(data, content=self.content, version=int(self.data.get("version") or 0))


def shown(value: Any) -> str:
    if isinstance(value, bool):
        return "up" if value else "down"
    if isinstance(value, tuple):
        return "\n".join(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        return figures.show(value)
    return "" if value is None else str(value)
