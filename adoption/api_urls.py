"""The REST routes of the people's side of a use case; each name stands in access.yaml."""

from django.urls import path

from adoption import api

urlpatterns = [
    path("use-cases/<str:ref>/engagements/", api.Engagements.as_view(), name="engagements"),
    path("use-cases/<str:ref>/affected-roles/", api.AffectedRoles.as_view(), name="affected-roles"),
    path("use-cases/<str:ref>/support-actions/", api.SupportActions.as_view(), name="support-actions"),
    path("use-cases/<str:ref>/adoption-plan/", api.AdoptionPlan.as_view(), name="adoption-plan"),
    path("use-cases/<str:ref>/oversight/", api.OversightDoor.as_view(), name="oversight"),
]
