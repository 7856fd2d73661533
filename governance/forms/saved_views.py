"""What is a saved view called?"""

from django import forms

from governance.forms.fields import Plain
from portfolio.models import SavedView


class SaveView(Plain):
    BY_CODE = {"too_many": "name"}

    name = forms.CharField(
        max_length=SavedView.NAME, help_text="For example “My pilots”. It stands in the menu, for you alone."
    )
