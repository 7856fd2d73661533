"""The chain's tables, and the trigger by which the database itself refuses to change a line."""

import uuid

import django.db.models.functions.text
import django.db.models.lookups
from django.db import migrations, models

# One statement-level trigger covers all three verbs and also speaks when no row would match.
# ENABLE ALWAYS: it fires under session_replication_role = replica too. The owner can still drop it:
# against the owner help only checkpoints kept elsewhere.
REFUSE_CHANGES = """
CREATE FUNCTION ledger_entry_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'ledger lines never change: % on % is refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation', HINT = 'Append a compensating line instead.';
END
$$;
CREATE TRIGGER ledger_entry_is_append_only
    BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_entry
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_entry_refuse_change();
ALTER TABLE ledger_entry ENABLE ALWAYS TRIGGER ledger_entry_is_append_only;
"""
ALLOW_CHANGES = """
DROP TRIGGER ledger_entry_is_append_only ON ledger_entry;
DROP FUNCTION ledger_entry_refuse_change();
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Head",
            fields=[
                ("chain_id", models.UUIDField(primary_key=True, serialize=False)),
                ("seq", models.BigIntegerField(default=0)),
                ("entry_hash", models.BinaryField(max_length=32)),
            ],
        ),
        migrations.CreateModel(
            name="Personal",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "entry_id", "field", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("entry_id", models.UUIDField()),
                ("field", models.CharField(max_length=50)),
                ("salt", models.BinaryField(max_length=32)),
                ("text", models.TextField()),
            ],
            options={
                "verbose_name_plural": "personal texts",
            },
        ),
        migrations.CreateModel(
            name="Checkpoint",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("chain_id", models.UUIDField()),
                ("seq", models.BigIntegerField()),
                ("entry_hash", models.BinaryField(max_length=32)),
                ("made_at", models.DateTimeField()),
                ("key_id", models.CharField(max_length=64)),
                ("signature", models.BinaryField(max_length=64)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("chain_id", "seq", "key_id"), name="ledger_checkpoint_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Entry",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "chain_id", "seq", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("chain_id", models.UUIDField()),
                ("seq", models.BigIntegerField()),
                ("entry_id", models.UUIDField(default=uuid.uuid4, unique=True)),
                ("prev_hash", models.BinaryField(max_length=32)),
                ("entry_hash", models.BinaryField(max_length=32, unique=True)),
                ("hash_alg", models.SmallIntegerField(default=1)),
                ("event_type", models.CharField(max_length=100)),
                ("event_version", models.SmallIntegerField(default=1)),
                ("subject_type", models.CharField(max_length=50)),
                ("subject_id", models.UUIDField()),
                (
                    "actor_kind",
                    models.CharField(
                        choices=[("person", "Person"), ("token", "Token"), ("system", "System")], max_length=10
                    ),
                ),
                ("actor_id", models.UUIDField(null=True)),
                ("on_behalf_of", models.UUIDField(null=True)),
                ("request_id", models.UUIDField(null=True)),
                ("recorded_at", models.DateTimeField()),
                ("effective_at", models.DateTimeField()),
                ("canonical", models.BinaryField()),
                ("payload", models.JSONField()),
                ("personal_commitment", models.BinaryField(max_length=32, null=True)),
                ("refers_to", models.UUIDField(null=True)),
                ("supersedes", models.UUIDField(null=True)),
            ],
            options={
                "verbose_name_plural": "entries",
                "indexes": [
                    models.Index(fields=["subject_id", "seq"], name="ledger_entry_subject"),
                    models.Index(
                        condition=models.Q(("refers_to__isnull", False)),
                        fields=["refers_to"],
                        name="ledger_entry_refers_to",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("chain_id", "prev_hash"), name="ledger_entry_no_fork"),
                    models.CheckConstraint(condition=models.Q(("seq__gte", 1)), name="ledger_entry_seq_from_one"),
                    models.CheckConstraint(condition=models.Q(("hash_alg", 1)), name="ledger_entry_hash_alg_known"),
                    models.CheckConstraint(
                        condition=models.Q(
                            django.db.models.lookups.Exact(django.db.models.functions.text.Length("prev_hash"), 32),
                            django.db.models.lookups.Exact(django.db.models.functions.text.Length("entry_hash"), 32),
                        ),
                        name="ledger_entry_hash_length",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("actor_kind", "system"),
                            models.Q(("actor_id__isnull", False), ("actor_kind__in", ["person", "token"])),
                            _connector="OR",
                        ),
                        name="ledger_entry_actor_named",
                    ),
                ],
            },
        ),
        migrations.RunSQL(REFUSE_CHANGES, ALLOW_CHANGES),
    ]
