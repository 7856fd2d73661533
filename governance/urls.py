"""The pages that show more than one room."""

from django.urls import path

urlpatterns: list = []
