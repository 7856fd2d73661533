"""How is the OpenAPI document made from the code? Operation names from route names, tags from the first path word."""

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from rest_framework import serializers


class BearerScheme(OpenApiAuthenticationExtension):
    target_class = "portfolio.access.tokens.BearerAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "description": "A token: `Authorization: Bearer apg_…`"}


class SessionScheme(OpenApiAuthenticationExtension):
    target_class = "portfolio.access.tokens.SessionAuthentication"
    name = "session"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        text = "A signed-in browser session; writes need the header X-CSRFToken."
        return {"type": "apiKey", "in": "cookie", "name": "sessionid", "description": text}


class RoomSchema(AutoSchema):
    """Knows how our doors are named."""

    def get_operation_id(self) -> str:
        words = [word for word in self.path.removeprefix("/api/v1/").strip("/").split("/") if not word.startswith("{")]
        one = self.path.rstrip("/").endswith("}")
        return "_".join([self.method.lower(), *words, *(["one"] if one else [])]).replace("-", "_")

    def get_tags(self) -> list[str]:
        return [self.path.removeprefix("/api/v1/").split("/")[0]]

    def _is_list_view(self, serializer: serializers.BaseSerializer | None = None) -> bool:
        return False  # a page is a shape of its own (portfolio.api.shapes.page_of)
