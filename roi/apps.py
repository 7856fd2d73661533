"""What is a use case worth, what does it cost, and has it shown that?"""

from django.apps import AppConfig


class RoiConfig(AppConfig):
    name = "roi"
