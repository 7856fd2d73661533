"""The REST door, /api/v1/: each room brings its own routes; here they come together with their description."""

from django.urls import include, path

from config.rest import documents

app_name = "api"
urlpatterns = [
    path("", include("feedback.urls")),  # first: its door is knocked at most often
    path("schema/", documents.Schema.as_view(), name="schema"),
    path("docs/", documents.docs, name="docs"),
    path("", include("portfolio.api.urls")),
    path("", include("portfolio.api.import_urls")),
    path("", include("readiness.api.urls")),
    path("", include("roi.api.urls")),
    path("", include("adoption.api_urls")),
    path("", include("governance.api.urls")),
    path("", include("notices.api_urls")),
]
