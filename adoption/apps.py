"""Which room is this? The people's room: who is affected, who was heard, who watches the AI."""

from django.apps import AppConfig


class AdoptionConfig(AppConfig):
    name = "adoption"
