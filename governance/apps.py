"""Decides, assesses, selects: the room that sees all the others."""

from django.apps import AppConfig


class GovernanceConfig(AppConfig):
    name = "governance"

    def ready(self) -> None:
        from governance import nudge
        from governance.actions import assess
        from governance.rules import record
        from ledger import queries
        from portfolio import changes

        changes.register(settle=assess.settle, nudge=nudge.wake)
        queries.register(rule=record.Replay)
