"""The pages of notices; each name stands in access.yaml."""

from django.urls import path

from notices import views

urlpatterns = [
    path("notices/", views.listing, name="notices"),
    path("notices/seen/", views.seen, name="notices_seen"),
    path("notices/settings/", views.wishes, name="notice_wishes"),
]
