"""Write the advice of many assessments in one statement: Django's bulk_update builds a CASE a row, which costs 2 ms each."""

from collections.abc import Sequence

from django.db import connection

from governance.models import Assessment

_RANK = """
UPDATE governance_assessment a SET rank = t.rank, recommendation = t.recommendation, reason = t.reason, rough = t.rough
FROM unnest(%s::uuid[], %s::int[], %s::text[], %s::text[], %s::bool[]) AS t(id, rank, recommendation, reason, rough)
WHERE a.use_case_id = t.id"""


def write_ranks(rows: Sequence[Assessment]) -> None:
    """Store rank, recommendation, reason and rough of these rows."""
    if not rows:
        return
    columns = ("use_case_id", "rank", "recommendation", "reason", "rough")
    with connection.cursor() as cursor:
        cursor.execute(_RANK, [[getattr(row, name) for row in rows] for name in columns])
