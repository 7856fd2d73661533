"""Questions, answers, evidence, the data map, blocking items, forecasts."""

from django.apps import AppConfig


class ReadinessConfig(AppConfig):
    name = "readiness"
