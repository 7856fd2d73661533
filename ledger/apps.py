"""The room of the chain: plain UUIDs, no foreign keys out; it knows nothing of the trade."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "ledger"
    default_auto_field = "django.db.models.BigAutoField"
