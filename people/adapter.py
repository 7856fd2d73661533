"""May a stranger sign up? No: people are invited."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class ClosedSignup(DefaultAccountAdapter):
    """Everything else is allauth's own."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
