"""The REST routes of imports; each name stands in access.yaml."""

from django.urls import path

from portfolio.api import imports

urlpatterns = [
    path("portfolios/<str:slug>/imports/", imports.Imports.as_view(), name="imports"),
    path("portfolios/<str:slug>/imports/<uuid:run_id>/", imports.OneImport.as_view(), name="import"),
    path("portfolios/<str:slug>/imports/<uuid:run_id>/preview/", imports.Preview.as_view(), name="import-preview"),
    path("portfolios/<str:slug>/imports/<uuid:run_id>/run/", imports.Run.as_view(), name="import-run"),
    path("portfolios/<str:slug>/imports/<uuid:run_id>/undo/", imports.Undo.as_view(), name="import-undo"),
    path("portfolios/<str:slug>/imports/<uuid:run_id>/skipped.csv", imports.Skipped.as_view(), name="import-skipped"),
]
