"""The REST routes of one's own notices; each name stands in access.yaml."""

from django.urls import path

from notices import api

urlpatterns = [
    path("notices/", api.Notices.as_view(), name="notices"),
    path("notices/seen/", api.Seen.as_view(), name="notices-seen"),
]
