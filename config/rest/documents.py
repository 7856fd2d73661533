"""What can a program call here? The OpenAPI document, and the same as a page people can read."""

from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView

from config.rest import schema  # noqa: F401  registers how our authentication is described


@extend_schema(exclude=True)
class Schema(SpectacularAPIView):
    """The OpenAPI 3.1 document; the same for everybody."""

    authentication_classes = ()
    permission_classes = ()


@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """The operations by noun, in our own design, without a script."""
    return render(request, "api_docs.html", {"groups": groups()})


@cache
def groups() -> list[dict[str, Any]]:
    """[{"name", "operations": [{"method", "path", "summary", "parameters", "fields", "answers"}]}], from the schema."""
    document = SchemaGenerator().get_schema(request=None, public=True)
    shapes = document["components"]["schemas"]
    found: dict[str, list[dict[str, Any]]] = {}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
            found.setdefault(operation["tags"][0], []).append(
                {
                    "method": method.upper(),
                    "path": path,
                    "summary": operation.get("summary", ""),
                    "parameters": [one for one in operation.get("parameters", []) if one["in"] == "query"],
                    "fields": _fields(body, shapes),
                    "answers": [code for code in operation["responses"] if code != "default"],
                }
            )
    return [{"name": name, "operations": operations} for name, operations in found.items()]


def _fields(body: dict[str, Any] | None, shapes: dict[str, Any]) -> list[dict[str, Any]]:
    """The fields of a request body: name, required or not, type in a word."""
    if not body or "$ref" not in body:
        return []
    shape = shapes[body["$ref"].rpartition("/")[2]]
    required = set(shape.get("required", ()))
    return [
        {"name": name, "required": name in required, "type": _word(part), "text": part.get("description", "")}
        for name, part in shape.get("properties", {}).items()
    ]


def _word(part: dict[str, Any]) -> str:
    kind = part.get("format") or part.get("type") or "object"
    return " or ".join(kind) if isinstance(kind, list) else str(kind)
