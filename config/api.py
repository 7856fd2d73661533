"""The REST routes, one line each."""

from django.urls import path

app_name = "api"
urlpatterns: list = []
