"""Decides, assesses, selects: the room that sees all the others."""

from django.apps import AppConfig


class GovernanceConfig(AppConfig):
    name = "governance"

    def ready(self) -> None:
        from governance import nudge
        from governance.actions import assess
        from portfolio import changes

        changes.register(settle=assess.settle, nudge=nudge.wake)
