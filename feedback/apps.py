"""Which room is this? The feedback room: what a model suggested, what people decided, what came of it."""

from django.apps import AppConfig


class FeedbackConfig(AppConfig):
    name = "feedback"

    def ready(self) -> None:
        from feedback.actions import files
        from portfolio.actions import jobs

        jobs.register(files.KIND, files.work, files.give_up)
