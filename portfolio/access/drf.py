"""The REST door: identified or 401. What it may is decided where the object is fetched."""

from rest_framework.permissions import BasePermission


class Allowed(BasePermission):
    """Only says whether somebody is there; `fetch` and the actions ask the table."""

    def has_permission(self, request, view) -> bool:
        return bool(request.user and request.user.is_authenticated)
