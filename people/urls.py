"""How people come in and change what they prefer. Signing in itself is allauth's."""

from django.urls import path

from people import views

urlpatterns = [
    path("welcome/<str:token>/", views.welcome, name="welcome"),
    path("me/", views.own_settings, name="own_settings"),
]
