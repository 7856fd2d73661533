"""How does a person say how they want to be told?"""

from typing import Any

from django import forms

from governance.forms.fields import Plain
from notices.rules import LABELS, Mail

_MAIL = [(Mail.DIGEST.value, "one mail a day"), (Mail.AT_ONCE.value, "at once"), (Mail.NEVER.value, "never")]


class WishForm(Plain):
    mail = forms.ChoiceField(label="By mail", choices=_MAIL)
    digest_at = forms.TimeField(
        label="The daily mail goes out at", widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    quiet_from = forms.TimeField(
        label="Quiet hours: no mail from", required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        help_text="What comes meanwhile is mailed when they end. They may pass midnight.",
    )  # fmt: skip
    quiet_until = forms.TimeField(
        label="Quiet hours end at", required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    muted = forms.MultipleChoiceField(
        label="Never by mail", choices=[(kind.value, text) for kind, text in LABELS.items()], required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if (data.get("quiet_from") is None) != (data.get("quiet_until") is None):
            self.add_error("quiet_until", "Quiet hours have a beginning and an end.")
        return data
