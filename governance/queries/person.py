"""Everything kept of one person, in one file they can be given: their row, what refers to them, what they did."""

import base64
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import models

from governance.queries import traces
from ledger.models import Entry, Personal
from people.models import User
from portfolio.models import SavedView

_SECRET = frozenset({"password", "token_hash", "secret_hmac", "data", "key", "digest"})


def everything(user: User) -> Iterator[dict[str, Any]]:
    """One dict a fact: `{"kind": "row", "of": model, "as": field, …}`; no passwords and no secrets."""
    yield {"kind": "person", "row": _row(user)}
    for model in apps.get_models():
        for link in model._meta.get_fields():
            if isinstance(link, models.ForeignKey) and link.related_model is User:
                for row in model._base_manager.filter(**{link.name: user}):
                    yield {"kind": "row", "of": model._meta.label, "as": link.name, "row": _row(row)}
    for view in SavedView.objects.filter(membership__user=user):
        yield {"kind": "row", "of": SavedView._meta.label, "as": "membership", "row": _row(view)}
    lines = Entry.objects.filter(actor_id=user.id).order_by("chain_id", "seq")
    said: dict[Any, dict[str, str]] = {}
    for text in Personal.objects.filter(entry_id__in=lines.values("entry_id")):
        said.setdefault(text.entry_id, {})[text.field] = text.text
    for line in lines.iterator():
        yield {
            "kind": "ledger line", "chain": str(line.chain_id), "seq": line.seq, "event": line.event_type,
            "at": line.recorded_at.isoformat(), "payload": line.payload, "said": said.get(line.entry_id, {}),
        }  # fmt: skip
    for trace in traces.find([user.email, user.name]):
        yield {"kind": "text that names them", "in": f"{trace.table}.{trace.column}", "excerpt": trace.excerpt}


def _row(row: models.Model) -> dict[str, Any]:
    return {
        column.attname: _plain(getattr(row, column.attname))
        for column in row._meta.concrete_fields
        if column.name not in _SECRET
    }


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(bytes(value)).decode()
    return value if value is None or isinstance(value, bool | int | float | list | dict) else str(value)
