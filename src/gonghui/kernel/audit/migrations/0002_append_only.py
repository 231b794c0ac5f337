"""Triggers of the audit tables: records are never changed, and each one waits for its seal."""

from django.db import migrations

QUEUE = """
CREATE FUNCTION audit_queue_for_sealing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO audit_pending (entry_id) SELECT id FROM added;
    RETURN NULL;
END $$;
CREATE TRIGGER audit_entry_queue AFTER INSERT ON audit_entry
    REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION audit_queue_for_sealing();
-- The queue is emptied every second: vacuum it long before the default fifth of its size.
ALTER TABLE audit_pending SET (
    autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_scale_factor = 0
);
"""

# An owner may empty whole tables (a test database) by saying so in the session; changing or
# deleting single records takes disabling the trigger, which the catalogue then shows.
REFUSE = """
CREATE FUNCTION audit_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'TRUNCATE' AND current_setting('gonghui.may_empty', true) = 'on' THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION '审计数据只增不改：% 表不允许 % 操作 (audit tables are append-only)',
        TG_TABLE_NAME, TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;
"""

REFUSE_ON = """
CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
"""

TABLES = ("audit_entry", "audit_batch", "audit_seal")


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]

    operations = [
        migrations.RunSQL(
            QUEUE,
            "DROP TRIGGER audit_entry_queue ON audit_entry; DROP FUNCTION audit_queue_for_sealing",
        ),
        migrations.RunSQL(
            REFUSE + "".join(REFUSE_ON.format(table=table) for table in TABLES),
            "".join(f"DROP TRIGGER {table}_append_only ON {table};" for table in TABLES)
            + "DROP FUNCTION audit_refuse_change;",
        ),
    ]
