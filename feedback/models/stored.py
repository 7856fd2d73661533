"""What did producers send, and what is counted of it?

The tables are made by SQL in migration 0001 (partitions, byte-order collation, fill factors); these classes only give
them names for reading. `use_case_id` leads every key, so each table can be distributed by it.

- `Key`: one row an event for ever; it is the memory that makes a repeated event a duplicate.
- `Event`: the canonical text, partitioned by the month received, kept 13 months.
- `Pending`: one row a request that the fold has not yet seen. No unique mark: a mark deleted while a rival's insert
  waits on it would lose that rival's events.
- `Case`, `Incident`: the parts of a case and of an exception as now known. Kept, so that late corrections still count.
- `Rollup`: additive counts a day, by model, segment, code and, for resolved exceptions, a bucket of the clock.
"""

from django.db import models


class Key(models.Model):
    pk = models.CompositePrimaryKey("use_case_id", "event_id")
    use_case_id = models.UUIDField()
    event_id = models.TextField(db_collation="C")
    fingerprint = models.UUIDField(help_text="First 16 bytes of the SHA-256 of the canonical text.")

    class Meta:
        managed = False
        db_table = "feedback_key"


class Event(models.Model):
    pk = models.CompositePrimaryKey("use_case_id", "received_on", "event_id")
    use_case_id = models.UUIDField()
    received_on = models.DateField()
    batch_id = models.BigIntegerField()
    at = models.DateTimeField()
    what = models.SmallIntegerField(help_text="feedback.shapes: 10 suggestion … 50 signal.")
    test = models.BooleanField()
    event_id = models.TextField(db_collation="C")
    thing_id = models.TextField(db_collation="C", null=True, help_text="The case; for an exception its own id.")
    model = models.TextField(null=True)
    segment = models.TextField(null=True)
    code = models.TextField(null=True, help_text="Reason, kind of exception, code of outcome or signal.")
    value = models.DecimalField(max_digits=28, decimal_places=12, null=True)
    body = models.TextField()

    class Meta:
        managed = False
        db_table = "feedback_event"


class Pending(models.Model):
    pk = models.CompositePrimaryKey("use_case_id", "batch_id")
    use_case_id = models.UUIDField()
    batch_id = models.BigIntegerField()
    received_on = models.DateField()
    event_count = models.IntegerField()

    class Meta:
        managed = False
        db_table = "feedback_pending"


class Case(models.Model):
    pk = models.CompositePrimaryKey("use_case_id", "case_id")
    use_case_id = models.UUIDField()
    case_id = models.TextField(db_collation="C")
    suggested_at = models.DateTimeField(null=True)
    suggestion_id = models.TextField(db_collation="C", null=True)
    model = models.TextField(null=True)
    segment = models.TextField(null=True)
    decided_at = models.DateTimeField(null=True)
    decision_id = models.TextField(db_collation="C", null=True)
    decision = models.SmallIntegerField(null=True)
    reason = models.TextField(null=True)
    outcome_at = models.DateTimeField(null=True)
    outcome_id = models.TextField(db_collation="C", null=True)
    outcome = models.SmallIntegerField(null=True)
    value = models.DecimalField(max_digits=28, decimal_places=12, null=True)

    class Meta:
        managed = False
        db_table = "feedback_case"


class Incident(models.Model):
    pk = models.CompositePrimaryKey("use_case_id", "exception_id")
    use_case_id = models.UUIDField()
    exception_id = models.TextField(db_collation="C")
    opened_at = models.DateTimeField(null=True)
    opening_id = models.TextField(db_collation="C", null=True)
    kind = models.TextField(null=True)
    state_at = models.DateTimeField()
    state_id = models.TextField(db_collation="C")
    state = models.SmallIntegerField()

    class Meta:
        managed = False
        db_table = "feedback_exception"


class Rollup(models.Model):
    """`''` stands for an unknown model, segment or code; bucket -1 for no clock (see `feedback.clock`)."""

    pk = models.CompositePrimaryKey("use_case_id", "counted_on", "model", "segment", "code", "bucket")
    use_case_id = models.UUIDField()
    counted_on = models.DateField(help_text="UTC day: suggestions on the suggestion's, decisions on the decision's, …")
    model = models.TextField(db_collation="C")
    segment = models.TextField(db_collation="C")
    code = models.TextField(db_collation="C")
    bucket = models.SmallIntegerField()
    suggestions = models.IntegerField()
    undecided = models.IntegerField()
    accepted = models.IntegerField()
    modified = models.IntegerField()
    overridden = models.IntegerField()
    escalated = models.IntegerField()
    accepted_right = models.IntegerField()
    accepted_wrong = models.IntegerField()
    overridden_model_right = models.IntegerField()
    overridden_model_wrong = models.IntegerField()
    outcomes = models.IntegerField()
    value = models.DecimalField(max_digits=40, decimal_places=12)
    opened = models.IntegerField()
    still_open = models.IntegerField()
    resolved = models.IntegerField()

    class Meta:
        managed = False
        db_table = "feedback_rollup"
