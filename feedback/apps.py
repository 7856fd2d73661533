"""Which room is this? The feedback room: what a model suggested, what people decided, what came of it."""

from django.apps import AppConfig


class FeedbackConfig(AppConfig):
    name = "feedback"
