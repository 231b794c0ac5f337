"""What the database itself holds to: first receipts for ever, the wall around complainants."""

from django.db import migrations

from gonghui.kernel.org.scoping import wall_policy

FIRST_RECEIPT = """
CREATE FUNCTION casework_keep_first_receipt() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    holds boolean;
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        EXECUTE format('SELECT EXISTS (SELECT FROM %I)', TG_TABLE_NAME) INTO holds;
        IF NOT holds OR current_setting('gonghui.may_empty', true) = 'on' THEN
            RETURN NULL;
        END IF;
        RAISE EXCEPTION '首次收到时间不得更改：% 不允许清空 (first receipts are kept)',
            TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION '首次收到时间不得更改：% 的记录不允许删除 (first receipts are kept)',
            TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF NEW.received_at IS DISTINCT FROM OLD.received_at
        OR NEW.number IS DISTINCT FROM OLD.number
        OR NEW.channel IS DISTINCT FROM OLD.channel THEN
        RAISE EXCEPTION '首次收到时间、编号和渠道登记后不得更改 (first receipts are kept)'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION casework_keep_first_case() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.first_case_id IS DISTINCT FROM OLD.first_case_id
        OR NEW.recorded_at IS DISTINCT FROM OLD.recorded_at THEN
        RAISE EXCEPTION '来件的登记情况不得更改 (first receipts are kept)'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
"""
KEPT = """
CREATE TRIGGER {table}_first_receipt BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION casework_keep_first_receipt();
CREATE TRIGGER {table}_first_receipts BEFORE TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION casework_keep_first_receipt();
"""
FIRST_CASE = """
CREATE TRIGGER casework_intake_first_case BEFORE UPDATE ON casework_intake
    FOR EACH ROW EXECUTE FUNCTION casework_keep_first_case();
"""
TABLES = ("casework_case", "casework_intake")
# Titles and summaries are found by their pairs of characters (kernel/search/grams.py).
SEARCH = """
CREATE INDEX cw_case_words ON casework_case USING gin
    (search_grams(title || ' ' || summary)) WITH (fastupdate = off);
CREATE INDEX cw_article_words ON casework_article USING gin
    (search_grams(title || ' ' || keywords || ' ' || body));
"""


class Migration(migrations.Migration):
    dependencies = [("casework", "0001_initial"), ("search", "0001_grams")]

    operations = [
        migrations.RunSQL(
            FIRST_RECEIPT + "".join(KEPT.format(table=table) for table in TABLES) + FIRST_CASE,
            "".join(
                f"DROP TRIGGER {table}_first_receipt ON {table};"
                f"DROP TRIGGER {table}_first_receipts ON {table};"
                for table in TABLES
            )
            + "DROP TRIGGER casework_intake_first_case ON casework_intake;"
            "DROP FUNCTION casework_keep_first_receipt; DROP FUNCTION casework_keep_first_case",
        ),
        migrations.RunSQL(
            wall_policy("casework_intake", person="person_id"),
            ["ALTER TABLE casework_intake DISABLE ROW LEVEL SECURITY"],
        ),
        migrations.RunSQL(SEARCH, "DROP INDEX cw_case_words; DROP INDEX cw_article_words"),
    ]
