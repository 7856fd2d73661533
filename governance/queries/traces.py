"""Where in the whole database do these texts stand? Every column of every table is asked, so that none is forgotten.

What is hashed (`ledger_entry`) is asked too: it must never hold a name, and is never edited.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db import connection
from psycopg import sql

_EXCERPT = 60  # characters on each side
_FIXED = frozenset({"django_migrations", "django_content_type", "auth_permission"})  # ours, never a person's
_COLUMNS = """
SELECT c.relname, a.attname, format_type(a.atttypid, NULL)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid
WHERE n.nspname = 'public' AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
  AND format_type(a.atttypid, NULL) IN
    ('text', 'character varying', 'jsonb', 'text[]', 'character varying[]', 'bytea')
ORDER BY 1, 2"""


@dataclass(frozen=True)
class Trace:
    """One value that holds one of the texts. `row` is the physical place, good within this transaction."""

    table: str
    column: str
    kind: str
    row: str
    excerpt: str
    whole: bool  # the text is all there is: a name's own field, no sentence


def columns() -> list[tuple[str, str, str]]:
    """(table, column, type) of everything that can hold text."""
    with connection.cursor() as cursor:
        cursor.execute(_COLUMNS)
        return [row for row in cursor.fetchall() if row[0] not in _FIXED]


def find(texts: Sequence[str]) -> Iterator[Trace]:
    """Every value that holds one of `texts`, whatever the case of its letters."""
    wanted = [text for text in texts if text.strip()]
    if not wanted:
        return
    for table, column, kind in columns():
        shown = _as_text(column, kind)
        query = sql.SQL("SELECT ctid::text, {} FROM {} WHERE {} ~* %s").format(shown, sql.Identifier(table), shown)
        with connection.cursor() as cursor:
            cursor.execute(query, [pattern(wanted, kind)])
            rows = cursor.fetchall()
        for row, value in rows:
            yield Trace(
                table, column, kind, row, _excerpt(value, wanted), value.strip().lower() in map(str.lower, wanted)
            )


def replace(trace: Trace, texts: Sequence[str], instead: str) -> None:
    """Write `instead` for each of `texts` in that value."""
    query = sql.SQL("UPDATE {table} SET {column} = regexp_replace({shown}, %s, %s, 'gi')::{kind} WHERE ctid = %s::tid")
    parts = {
        "table": sql.Identifier(trace.table), "column": sql.Identifier(trace.column),
        "shown": _as_text(trace.column, trace.kind), "kind": sql.SQL(trace.kind),  # type: ignore[arg-type]
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(query.format(**parts), [pattern(texts, trace.kind), instead, trace.row])


def pattern(texts: Sequence[str], kind: str) -> str:
    """A regular expression of PostgreSQL for any of `texts` as whole words, spelled as the column spells them."""
    spelled = [
        json.dumps(text, ensure_ascii=False)[1:-1] if kind == "jsonb" else text for text in texts if text.strip()
    ]
    return "|".join(rf"(?<!\w){re.escape(text)}(?!\w)" for text in sorted(spelled, key=len, reverse=True))


def _as_text(column: str, kind: str) -> sql.Composed:
    if kind == "bytea":  # canonical bytes are UTF-8; what is not (a hash, a key) holds no name
        return sql.SQL("encode({}, 'escape')").format(sql.Identifier(column))
    return sql.SQL("{}::text").format(sql.Identifier(column))


def _excerpt(value: str, texts: Sequence[str]) -> str:
    found = re.search("|".join(re.escape(text) for text in texts), value, re.IGNORECASE)
    start = max((found.start() if found else 0) - _EXCERPT, 0)
    return " ".join(value[start : start + 2 * _EXCERPT].split())
