"""Which room is this? What people are told, in product and by mail; it reads the ledger behind a cursor."""

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "notices"
