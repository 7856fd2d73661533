"""What does the page of a lane ask for?"""

from collections.abc import Iterable
from typing import Any

from django import forms

from governance.forms.fields import Group, Plain
from portfolio.models import Lane
from readiness.actions.lanes import ADDS, PERMITS
from readiness.yaml_text import MOST_CHARACTERS

LABELS = {
    "users": "Users in pilot", "live_data": "Live data in pilot", "unattended_acts": "Acts without a person in pilot",
    "deployment": "Deployment for production", "rollback": "Taking it back", "support": "Support", "metrics": "Metrics",
}  # fmt: skip


class LaneText(Plain):
    """The questions as YAML (typed, or a file that replaces what was typed), and what the lane permits and adds."""

    data: Any  # a file that was read replaces what was typed
    BY_CODE = {"unusable_set": "text", "changed_meanwhile": "text"}

    text = forms.CharField(
        max_length=MOST_CHARACTERS,
        label="Questions, as YAML",
        widget=forms.Textarea(attrs={"rows": 28, "spellcheck": "false", "class": "code", "wrap": "off"}),
    )
    file = forms.FileField(required=False, label="or a YAML file", help_text="It replaces the text above.")
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, data: Any = None, files: Any = None, *, lane: Lane, **options: Any) -> None:
        super().__init__(data, files, **options)
        for name in (*PERMITS, *ADDS):
            self.fields[name] = forms.CharField(
                max_length=200, required=False, label=LABELS[name], initial={**lane.permits, **lane.adds}.get(name, "")
            )

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        upload = said.get("file")
        if upload is not None:
            if upload.size > 4 * MOST_CHARACTERS:  # bytes; a character has at most four
                self.add_error("file", "The file is too large.")
                return said
            try:
                said["text"] = upload.read().decode()
            except UnicodeDecodeError:
                self.add_error("file", "The file is not UTF-8 text.")
            else:
                data = self.data.copy()  # the file is what the reader sees and edits next
                data["text"] = said["text"]
                self.data = data
        return said

    def named(self, names: Iterable[str]) -> dict[str, str]:
        return {name: self.cleaned_data[name].strip() for name in names}

    def groups(self) -> Iterable[Group]:
        yield Group([self["text"], self["file"]])
        yield Group([self[name] for name in PERMITS], "What is permitted in pilot")
        yield Group([self[name] for name in ADDS], "What production adds")
