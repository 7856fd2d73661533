"""The pages that show more than one room."""

urlpatterns: list = []
