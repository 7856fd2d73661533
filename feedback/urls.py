"""The REST routes of feedback."""

from django.urls import path

from feedback import door

urlpatterns = [path("use-cases/<str:ref>/feedback/batch/", door.batch, name="feedback-batch")]
