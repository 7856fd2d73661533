"""How are the feedback tables laid out, and why so?

The order of a key decides the price of ingest, not the number of partitions: with the use case in front, a batch stays
on few leaves of the index. The event table has no unique key: one over a table partitioned by time would have to hold
the day, and the same event sent again in another month would be stored twice. Ids are compared byte by byte ("C").
"""
# ruff: noqa: RUF012 (Django reads these lists and changes none)

from datetime import UTC, datetime

from django.db import migrations, models

from feedback import partitions

CREATE = """
CREATE SEQUENCE feedback_batch;

CREATE TABLE feedback_key (
  use_case_id uuid NOT NULL, event_id text COLLATE "C" NOT NULL, fingerprint uuid NOT NULL,
  PRIMARY KEY (use_case_id, event_id));

CREATE TABLE feedback_event (
  use_case_id uuid NOT NULL, received_on date NOT NULL, batch_id bigint NOT NULL, at timestamptz NOT NULL,
  what smallint NOT NULL, test boolean NOT NULL, event_id text COLLATE "C" NOT NULL, thing_id text COLLATE "C",
  model text, segment text, code text, value numeric, body text NOT NULL) PARTITION BY RANGE (received_on);
CREATE INDEX feedback_event_batch ON feedback_event (batch_id);
CREATE INDEX feedback_event_at ON feedback_event (use_case_id, at);
CREATE INDEX feedback_event_test ON feedback_event (use_case_id) WHERE test;

CREATE TABLE feedback_pending (
  use_case_id uuid NOT NULL, batch_id bigint NOT NULL, received_on date NOT NULL, event_count int NOT NULL)
  WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);
CREATE INDEX feedback_pending_batch ON feedback_pending (use_case_id, batch_id);

CREATE TABLE feedback_case (
  use_case_id uuid NOT NULL, case_id text COLLATE "C" NOT NULL,
  suggested_at timestamptz, suggestion_id text COLLATE "C", model text, segment text,
  decided_at timestamptz, decision_id text COLLATE "C", decision smallint, reason text,
  outcome_at timestamptz, outcome_id text COLLATE "C", outcome smallint, value numeric,
  PRIMARY KEY (use_case_id, case_id)) WITH (fillfactor = 80);
CREATE INDEX feedback_case_undecided ON feedback_case (use_case_id, suggested_at) WHERE decided_at IS NULL;

CREATE TABLE feedback_exception (
  use_case_id uuid NOT NULL, exception_id text COLLATE "C" NOT NULL,
  opened_at timestamptz, opening_id text COLLATE "C", kind text,
  state_at timestamptz NOT NULL, state_id text COLLATE "C" NOT NULL, state smallint NOT NULL,
  PRIMARY KEY (use_case_id, exception_id)) WITH (fillfactor = 80);

CREATE TABLE feedback_rollup (
  use_case_id uuid NOT NULL, counted_on date NOT NULL, model text COLLATE "C" NOT NULL,
  segment text COLLATE "C" NOT NULL, code text COLLATE "C" NOT NULL, bucket smallint NOT NULL,
  suggestions int NOT NULL DEFAULT 0, undecided int NOT NULL DEFAULT 0, accepted int NOT NULL DEFAULT 0,
  modified int NOT NULL DEFAULT 0, overridden int NOT NULL DEFAULT 0, escalated int NOT NULL DEFAULT 0,
  accepted_right int NOT NULL DEFAULT 0, accepted_wrong int NOT NULL DEFAULT 0, overridden_model_right int NOT NULL DEFAULT 0,
  overridden_model_wrong int NOT NULL DEFAULT 0, outcomes int NOT NULL DEFAULT 0, value numeric NOT NULL DEFAULT 0,
  opened int NOT NULL DEFAULT 0, still_open int NOT NULL DEFAULT 0, resolved int NOT NULL DEFAULT 0,
  PRIMARY KEY (use_case_id, counted_on, model, segment, code, bucket)) WITH (fillfactor = 70);
"""

DROP = """
DROP TABLE feedback_rollup, feedback_exception, feedback_case, feedback_pending, feedback_event, feedback_key;
DROP SEQUENCE feedback_batch;
"""


def make_first_months(apps, schema_editor):
    partitions.make_ahead(datetime.now(UTC).date())


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.RunSQL(CREATE, DROP),
        migrations.RunPython(make_first_months, migrations.RunPython.noop),
        migrations.CreateModel(
            name="Case",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "use_case_id", "case_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("use_case_id", models.UUIDField()),
                ("case_id", models.TextField(db_collation="C")),
                ("suggested_at", models.DateTimeField(null=True)),
                ("suggestion_id", models.TextField(db_collation="C", null=True)),
                ("model", models.TextField(null=True)),
                ("segment", models.TextField(null=True)),
                ("decided_at", models.DateTimeField(null=True)),
                ("decision_id", models.TextField(db_collation="C", null=True)),
                ("decision", models.SmallIntegerField(null=True)),
                ("reason", models.TextField(null=True)),
                ("outcome_at", models.DateTimeField(null=True)),
                ("outcome_id", models.TextField(db_collation="C", null=True)),
                ("outcome", models.SmallIntegerField(null=True)),
                ("value", models.DecimalField(decimal_places=12, max_digits=28, null=True)),
            ],
            options={"db_table": "feedback_case", "managed": False},
        ),
        migrations.CreateModel(
            name="Event",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "use_case_id",
                        "received_on",
                        "event_id",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("use_case_id", models.UUIDField()),
                ("received_on", models.DateField()),
                ("batch_id", models.BigIntegerField()),
                ("at", models.DateTimeField()),
                ("what", models.SmallIntegerField(help_text="feedback.shapes: 10 suggestion … 50 signal.")),
                ("test", models.BooleanField()),
                ("event_id", models.TextField(db_collation="C")),
                (
                    "thing_id",
                    models.TextField(db_collation="C", help_text="The case; for an exception its own id.", null=True),
                ),
                ("model", models.TextField(null=True)),
                ("segment", models.TextField(null=True)),
                (
                    "code",
                    models.TextField(help_text="Reason, kind of exception, code of outcome or signal.", null=True),
                ),
                ("value", models.DecimalField(decimal_places=12, max_digits=28, null=True)),
                ("body", models.TextField()),
            ],
            options={"db_table": "feedback_event", "managed": False},
        ),
        migrations.CreateModel(
            name="Incident",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "use_case_id", "exception_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("use_case_id", models.UUIDField()),
                ("exception_id", models.TextField(db_collation="C")),
                ("opened_at", models.DateTimeField(null=True)),
                ("opening_id", models.TextField(db_collation="C", null=True)),
                ("kind", models.TextField(null=True)),
                ("state_at", models.DateTimeField()),
                ("state_id", models.TextField(db_collation="C")),
                ("state", models.SmallIntegerField()),
            ],
            options={"db_table": "feedback_exception", "managed": False},
        ),
        migrations.CreateModel(
            name="Key",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "use_case_id", "event_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("use_case_id", models.UUIDField()),
                ("event_id", models.TextField(db_collation="C")),
                ("fingerprint", models.UUIDField(help_text="First 16 bytes of the SHA-256 of the canonical text.")),
            ],
            options={"db_table": "feedback_key", "managed": False},
        ),
        migrations.CreateModel(
            name="Pending",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "use_case_id", "batch_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("use_case_id", models.UUIDField()),
                ("batch_id", models.BigIntegerField()),
                ("received_on", models.DateField()),
                ("event_count", models.IntegerField()),
            ],
            options={"db_table": "feedback_pending", "managed": False},
        ),
        migrations.CreateModel(
            name="Rollup",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "use_case_id",
                        "counted_on",
                        "model",
                        "segment",
                        "code",
                        "bucket",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("use_case_id", models.UUIDField()),
                (
                    "counted_on",
                    models.DateField(
                        help_text="UTC day: suggestions on the suggestion's, decisions on the decision's, …"
                    ),
                ),
                ("model", models.TextField(db_collation="C")),
                ("segment", models.TextField(db_collation="C")),
                ("code", models.TextField(db_collation="C")),
                ("bucket", models.SmallIntegerField()),
                ("suggestions", models.IntegerField()),
                ("undecided", models.IntegerField()),
                ("accepted", models.IntegerField()),
                ("modified", models.IntegerField()),
                ("overridden", models.IntegerField()),
                ("escalated", models.IntegerField()),
                ("accepted_right", models.IntegerField()),
                ("accepted_wrong", models.IntegerField()),
                ("overridden_model_right", models.IntegerField()),
                ("overridden_model_wrong", models.IntegerField()),
                ("outcomes", models.IntegerField()),
                ("value", models.DecimalField(decimal_places=12, max_digits=40)),
                ("opened", models.IntegerField()),
                ("still_open", models.IntegerField()),
                ("resolved", models.IntegerField()),
            ],
            options={"db_table": "feedback_rollup", "managed": False},
        ),
    ]
