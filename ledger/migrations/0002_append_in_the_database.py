"""The database takes a line in: it locks the end of the chain, stamps, hashes, stores and moves the end, in one way
there and back. Twenty deciders wait for one another that much less (docs/adr/0020)."""

from django.db import migrations

# `lines` are those of `ledger.actions._spelled`. A line's canonical text arrives in four parts; between them stand the
# three members that are known only under the lock: effective_at (told, or the time of recording), recorded_at, seq. The
# hash is the formula of `ledger.chain`, which verifies what this wrote. The clock is read after the lock, so that times
# follow the order of lines.
APPEND = r"""
CREATE FUNCTION ledger_append(chain uuid, genesis bytea, lines json)
RETURNS TABLE (head_seq bigint, head_hash bytea, stamped_at timestamptz) LANGUAGE plpgsql AS $$
DECLARE
    line record;
    stamp text;
    canonical_text bytea;
    line_hash bytea;
BEGIN
    -- Writers queue here, first come first served: one woken on the row itself has to find its newest version first.
    PERFORM pg_advisory_xact_lock(hashtextextended(chain::text, 7003));
    LOOP
        SELECT h.seq, h.entry_hash INTO head_seq, head_hash FROM ledger_head h WHERE h.chain_id = chain FOR UPDATE;
        EXIT WHEN FOUND;
        -- A rival may be first: its uncommitted row is waited for, then left alone.
        INSERT INTO ledger_head (chain_id, seq, entry_hash) VALUES (chain, 0, genesis) ON CONFLICT DO NOTHING;
    END LOOP;
    stamped_at := clock_timestamp();
    stamp := to_char(stamped_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"');
    FOR line IN
        SELECT * FROM json_to_recordset(lines) AS given (
            entry_id uuid, event_type text, event_version smallint, subject_type text, subject_id uuid, actor_kind text,
            actor_id uuid, on_behalf_of uuid, request_id uuid, refers_to uuid, supersedes uuid, payload jsonb,
            personal_commitment bytea, effective_at timestamptz, effective_stamp text, parts text[], private json
        )
    LOOP
        head_seq := head_seq + 1;
        canonical_text := convert_to(
            line.parts[1] || coalesce(line.effective_stamp, stamp) || line.parts[2] || stamp || line.parts[3] || head_seq
            || line.parts[4], 'UTF8');
        line_hash := sha256(
            '\x006c65646765722d7631'::bytea || uuid_send(chain) || int8send(head_seq) || head_hash
            || sha256(canonical_text));
        INSERT INTO ledger_entry (
            chain_id, seq, entry_id, prev_hash, entry_hash, hash_alg, event_type, event_version, subject_type, subject_id,
            actor_kind, actor_id, on_behalf_of, request_id, recorded_at, effective_at, canonical, payload,
            personal_commitment, refers_to, supersedes
        ) VALUES (
            chain, head_seq, line.entry_id, head_hash, line_hash, 1, line.event_type, line.event_version,
            line.subject_type, line.subject_id, line.actor_kind, line.actor_id, line.on_behalf_of, line.request_id, stamped_at,
            coalesce(line.effective_at, stamped_at), canonical_text, line.payload, line.personal_commitment,
            line.refers_to, line.supersedes
        );
        INSERT INTO ledger_personal (entry_id, field, salt, text)
            SELECT line.entry_id, told.* FROM json_to_recordset(line.private) AS told (field text, salt bytea, text text);
        head_hash := line_hash;
    END LOOP;
    UPDATE ledger_head h SET seq = head_seq, entry_hash = head_hash WHERE h.chain_id = chain;
    RETURN NEXT;
END
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]

    operations = [migrations.RunSQL(APPEND, "DROP FUNCTION ledger_append")]
