"""How does a person type a first password, or what they prefer?"""

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.contrib.auth.forms import SetPasswordForm

from people.models import User


class FirstPassword(SetPasswordForm):
    """The password of whoever holds the link."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["new_password1"].label = "New password"
        self.fields["new_password1"].help_text = "At least 10 characters; a few words are better than odd signs."
        self.fields["new_password2"].label = "The same again"
        self.fields["new_password2"].help_text = ""


class Settings(forms.Form):
    """A person's own preferences."""

    name = forms.CharField(max_length=200, required=False, help_text="As others see it.")
    time_zone = forms.ChoiceField(help_text="Times are shown in it; days are those of each portfolio.")
    theme = forms.ChoiceField(choices=User.Theme.choices, required=False)
    shortcuts = forms.BooleanField(label="Single-key shortcuts, such as N for new", required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        zones = [(zone, zone.replace("_", " ")) for zone in sorted(available_timezones())]
        self.fields["time_zone"].choices = zones  # type: ignore[attr-defined]
