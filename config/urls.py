"""Which address opens which door? Every name here stands in portfolio/access.yaml, or it is closed."""

from django.urls import include, path

from config import client, health

urlpatterns = [
    path("api/v1/", include("config.api")),
    path("livez", health.livez, name="livez"),
    path("readyz", health.readyz, name="readyz"),
    path(f"client/{client.NAME}", client.client, name="client"),
    path("accounts/", include("allauth.account.urls")),
    path("accounts/2fa/", include("allauth.mfa.urls")),
    path("", include("people.urls")),
    path("", include("governance.urls")),
    path("", include("notices.urls")),
]

handler400 = "config.rest.errors.bad_request"
handler403 = "config.rest.errors.not_permitted"
handler404 = "config.rest.errors.not_found"
handler500 = "config.rest.errors.failed"
