"""What does every page's frame need to know?"""

from django.http import HttpRequest


def context(request: HttpRequest) -> dict:
    """The `shell` of templates/base.html; filled by the pages' room."""
    return {}
