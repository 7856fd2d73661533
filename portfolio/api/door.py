"""What does every REST door do before its own work? Identify, see (404, 403), check the query, answer once."""

import re
from typing import Any, ClassVar
from uuid import UUID

from django.http import QueryDict
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import APIView

from portfolio.access import fetch
from portfolio.access.identity import actor_of
from portfolio.api import shapes
from portfolio.api.idempotency import once
from portfolio.models import Portfolio, UseCase
from portfolio.rules import Actor, NotVisible

_WRITES = ("post", "patch", "delete")
_ETAG = re.compile(r'"([0-9a-f-]{36})-(\d{1,9})"')
NO_VERSION = -1  # an If-Match that names no version of this row: never equal, so the action raises Conflict


class IfMatchNeeded(exceptions.APIException):
    status_code = 428
    default_code = "if_match_needed"
    default_detail = "Send If-Match with the ETag that you read, so that nobody's change is overwritten unseen."


class Door(APIView):
    """Base of all API views. A subclass says in `see` which object of the address it is about.

    `see` runs before everything else of the request, also before a stored answer is repeated: whoever may no longer
    see the object gets 404. Writing methods honour `Idempotency-Key`.
    """

    query: ClassVar[frozenset[str]] = frozenset()  # parameters that GET takes; others are 400

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        for name in _WRITES:
            if name in cls.__dict__:
                setattr(cls, name, once(cls.__dict__[name]))

    @classmethod
    def as_view(cls, **initkwargs: Any):
        view = super().as_view(**initkwargs)
        view.should_append_slash = False  # a redirect would turn a POST into a GET
        return view

    @property
    def actor(self) -> Actor:
        return actor_of(self.request)

    def initial(self, request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        method = request.method.lower()
        if method == "options" or method not in self.http_method_names or not hasattr(self, method):
            return
        self.seen = self.see(**kwargs)
        self._check_query(request.query_params)

    def see(self, *args: Any, **kwargs: Any) -> Any:
        """The object of the address, visible and permitted; raises NotVisible or NotPermitted."""
        raise NotImplementedError

    def _check_query(self, given) -> None:
        allowed = self.query if self.request.method in ("GET", "HEAD") else frozenset()
        faults = {}
        for name in given:
            if name not in allowed:
                faults[name] = [exceptions.ErrorDetail("There is no such parameter here.", "unknown_parameter")]
            elif len(given.getlist(name)) > 1:
                faults[name] = [exceptions.ErrorDetail("Give this parameter once.", "repeated_parameter")]
        if faults:
            raise exceptions.ValidationError(faults)

    def options(self, request, *args: Any, **kwargs: Any) -> Response:
        return Response(status=204)

    def said(self, body: type[shapes.Strict], **options: Any) -> dict[str, Any]:
        """The request's JSON object, checked by `body`; unknown fields and wrong types are 400."""
        given = self.request.data
        if isinstance(given, QueryDict):  # what DRF makes of an empty body without a JSON type
            given = {}
        return shapes.checked(body, given, **options)

    def version(self, row_id: UUID, *, required: bool = True) -> int | None:
        """The version that `If-Match` names; None for `*`, or when it is optional and absent. 428 when missing."""
        header = self.request.headers.get("If-Match")
        if header is None:
            if required:
                raise IfMatchNeeded
            return None
        if header.strip() == "*":
            return None
        named = [int(number) for found, number in _ETAG.findall(header) if found == str(row_id)]
        return named[0] if named else NO_VERSION

    def represent(self, row: Any) -> dict[str, Any] | None:
        """How the present row looks in a 412; None leaves it out."""
        return None


def etag(row_id: UUID, version: int) -> dict[str, str]:
    """The header that a later `If-Match` repeats."""
    return {"ETag": f'"{row_id}-{version}"'}


class AnywhereDoor(Door):
    """A collection over everything that the actor sees."""

    def see(self, **kwargs: Any) -> None:
        fetch.anywhere(self.request)


class PortfolioDoor(Door):
    seen: Portfolio

    def see(self, *args: Any, **kwargs: Any) -> Any:
        return fetch.portfolio(self.request, kwargs["slug"])


class UseCaseDoor(Door):
    seen: UseCase

    def see(self, *args: Any, **kwargs: Any) -> UseCase:
        return fetch.use_case(self.request, kwargs["ref"])


def row_of(rows, row_id: UUID) -> Any:
    """One row of an already narrowed set, or the same 404 as for everything unseen."""
    found = rows.filter(id=row_id).first()
    if found is None:
        raise NotVisible
    return found


_IF_MATCH = OpenApiParameter("If-Match", str, OpenApiParameter.HEADER, description="The ETag that was read.")
_ONCE = OpenApiParameter(
    "Idempotency-Key", str, OpenApiParameter.HEADER,
    description="A key of your choice, at most 255 characters: a repeated request is answered again, not done again.",
)  # fmt: skip


def speaks(
    summary: str, *, body: Any = None, answer: Any = None, many: bool = False, status: int = 200, query: Any = (),
    writes: bool = True, if_match: bool = False, media_type: str = "",
):  # fmt: skip
    """Describe one method for the schema: what it takes, what it answers; every error is problem+json."""
    headers = [_ONCE] if writes else []
    if if_match:
        headers.append(_IF_MATCH)
    return extend_schema(
        summary=summary,
        request=body,
        parameters=[*([query] if query else ()), *headers],
        responses={
            (status, media_type) if media_type else status: shapes.page_of(answer) if many else answer,
            ("default", "application/problem+json"): shapes.Problem,
        },
    )
