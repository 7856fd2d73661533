"""How are long lists cut? By position, so that a row is neither skipped nor shown twice while others change.

A cursor is signed: it holds the place of the last row, and nobody can make up another.
"""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.core import signing
from django.db.models import F, Q, QuerySet
from rest_framework import exceptions
from rest_framework.request import Request

SIZE = 100  # rows


def page(
    request: Request,
    rows: QuerySet,
    build: Callable[[dict[str, Any]], dict[str, Any]],
    *,
    place: Any,
    descending: bool = False,
    tie: str = "id",
    name: str = "",
    size: int = SIZE,
) -> dict[str, Any]:
    """`{"next", "previous", "results"}`: one query.

    `rows` yields dicts (`.values(…)`) that contain `tie`, unique. `place` is an expression that is never null; rows
    come in its order, equal ones by `tie`. `name` tells the orders of one list apart.
    """
    kind = f"{request.resolver_match.view_name}:{name}"
    at, backwards = _read(request.query_params.get("cursor"), kind)
    down = descending != backwards
    rows = rows.annotate(place=F(place) if isinstance(place, str) else place)
    if at is not None:
        beyond, equal = ("lt" if down else "gt"), ("lt" if backwards else "gt")
        rows = rows.filter(**{f"place__{beyond}e": at[0]}).filter(
            Q(**{f"place__{beyond}": at[0]}) | Q(**{f"{tie}__{equal}": at[1]})
        )
    found = list(rows.order_by(f"{'-' * down}place", f"{'-' * backwards}{tie}")[: size + 1])
    more, found = len(found) > size, found[:size]
    if backwards:
        found.reverse()
    ahead = found and (backwards or more)
    behind = found and (more if backwards else at is not None)
    return {
        "next": _link(request, kind, found[-1], tie, False) if ahead else None,
        "previous": _link(request, kind, found[0], tie, True) if behind else None,
        "results": [build(row) for row in found],
    }


def _link(request: Request, kind: str, row: dict[str, Any], tie: str, backwards: bool) -> str:
    cursor = signing.dumps([kind, _plain(row["place"]), _plain(row[tie]), backwards], salt="cursor")
    query = request.query_params.copy()
    query["cursor"] = cursor
    return request.build_absolute_uri(f"{request.path}?{query.urlencode()}")


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value


def _read(cursor: str | None, kind: str) -> tuple[tuple[Any, Any] | None, bool]:
    if cursor is None:
        return None, False
    try:
        wanted, place, tie, backwards = signing.loads(cursor, salt="cursor")
    except (signing.BadSignature, ValueError):
        wanted = None
    if wanted != kind:
        raise exceptions.ValidationError({"cursor": ["This cursor does not belong to this list."]})
    return (place, tie), backwards
