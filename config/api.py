"""The REST routes, one line each."""

app_name = "api"
urlpatterns: list = []
