"""How are long lists cut? By cursor, so that a row is neither skipped nor shown twice while others change."""

from rest_framework.pagination import CursorPagination


class CursorPages(CursorPagination):
    page_size = 100
    max_page_size = 100
    page_size_query_param = None
    ordering = ("-updated_at", "id")

    def get_paginated_response_schema(self, schema):
        described = super().get_paginated_response_schema(schema)
        described["required"] = ["next", "previous", "results"]
        return described
