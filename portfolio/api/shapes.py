"""Which shapes does JSON take at our doors? Strict in: unknown fields, naive times and absurd days are 400."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import exceptions, serializers

LONG = 20_000  # characters of a free text
EARLIEST, LATEST = date(1900, 1, 1), date(2999, 12, 31)  # days beyond are typing errors, and overflow arithmetic


class Strict(serializers.Serializer):
    """A JSON object without unknown fields."""

    def to_internal_value(self, data: Any) -> Any:
        faults: dict[str, Any] = {}
        if isinstance(data, Mapping):
            for name in sorted(set(data) - set(self.fields), key=str):
                faults[name] = [exceptions.ErrorDetail("There is no such field.", "unknown_field")]
        try:
            value = super().to_internal_value(data)
        except exceptions.ValidationError as fault:
            raise exceptions.ValidationError(fault.detail | faults) from None
        if faults:
            raise exceptions.ValidationError(faults)
        return value


def checked(shape: type[Strict], given: Any, **options: Any) -> dict[str, Any]:
    """`given` as plain values, or 400 with a pointer for each fault."""
    if not isinstance(given, dict):
        raise exceptions.ValidationError("Send a JSON object.", "not_an_object")
    reader = shape(data=given, **options)
    reader.is_valid(raise_exception=True)
    return dict(reader.validated_data)


def missing(name: str, text: str = "This does not exist here.") -> exceptions.ValidationError:
    """The one answer for a reference that is unknown or foreign."""
    return exceptions.ValidationError({name: [exceptions.ErrorDetail(text, "does_not_exist")]})


class Text(serializers.CharField):
    """Free text, trimmed. Blank is allowed: whether it must say something is a rule's business, not a shape's."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("max_length", LONG)
        options.setdefault("allow_blank", True)
        super().__init__(**options)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            raise exceptions.ValidationError("This is a text.", "invalid")
        return super().to_internal_value(data)


@extend_schema_field(OpenApiTypes.UUID)
class Id(serializers.UUIDField):
    """A UUID, given as text."""

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str):
            raise exceptions.ValidationError("This is a UUID.", "invalid")
        return super().to_internal_value(data)


@extend_schema_field(OpenApiTypes.DATE)
class Day(serializers.DateField):
    """A local day, 2026-12-31."""

    def to_internal_value(self, value: Any) -> date:
        if not isinstance(value, str) or len(value) != 10:
            raise exceptions.ValidationError("This is a day such as 2026-12-31.", "invalid")
        day = super().to_internal_value(value)
        if not EARLIEST <= day <= LATEST:
            raise exceptions.ValidationError(f"This is a day from {EARLIEST} to {LATEST}.", "out_of_range")
        return day


@extend_schema_field(OpenApiTypes.DATETIME)
class Moment(serializers.DateTimeField):
    """A moment with its zone (RFC 3339); naive ones are refused."""

    def enforce_timezone(self, value: datetime) -> datetime:
        if value.tzinfo is None:
            raise exceptions.ValidationError("This moment has no time zone: write 2026-12-31T12:00:00Z.", "no_zone")
        try:
            moment = value.astimezone(UTC)
        except OverflowError:
            moment = datetime.max.replace(tzinfo=UTC)
        if not EARLIEST <= moment.date() <= LATEST:
            raise exceptions.ValidationError(f"This is a moment from {EARLIEST} to {LATEST}.", "out_of_range")
        return moment


class Whole(serializers.IntegerField):
    """A whole number, given as a number."""

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, bool) or not isinstance(data, int):
            raise exceptions.ValidationError("This is a whole number.", "invalid")
        return super().to_internal_value(data)


class YesNo(serializers.BooleanField):
    """true or false; not "yes", not 1."""

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            raise exceptions.ValidationError("This is true or false.", "invalid")
        return data


class Fault(serializers.Serializer):
    pointer = serializers.CharField()
    code = serializers.CharField()
    text = serializers.CharField()


class ReasonShape(serializers.Serializer):
    """One reason against an act; match on `code`."""

    code = serializers.CharField()
    text = serializers.CharField()
    subject = serializers.CharField(allow_blank=True)


class Problem(serializers.Serializer):
    """RFC 9457, with every reason (409), every fault of the input (400) or the present state (412)."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    code = serializers.CharField()
    detail = serializers.CharField()
    errors = Fault(many=True, required=False)
    reasons = ReasonShape(many=True, required=False)
    present = serializers.DictField(required=False)


@cache
def page_of(shape: type[serializers.Serializer]) -> type[serializers.Serializer]:
    """The shape of a list of `shape`."""
    return type(
        f"{shape.__name__}Page",
        (serializers.Serializer,),
        {
            "__doc__": None,
            "next": serializers.CharField(allow_null=True),
            "previous": serializers.CharField(allow_null=True),
            "results": shape(many=True),
        },
    )


class CursorQuery(Strict):
    """Every list: which part of it."""

    cursor = serializers.CharField(required=False, max_length=4000)
