"""The consent ledger is only ever added to; sealing anew under another key stays possible."""

from django.db import migrations

KEPT = """
CREATE FUNCTION short_messages_keep_ledger() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    -- Sealed anew under another key, carried along with the tree, merged persons.
    moving text[] := ARRAY['mobile', 'mobile_index', 'union_id', 'org_path', 'city_id',
        'county_id', 'person_id'];
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION '短信同意台账只能追加 (the consent ledger is kept)'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF (to_jsonb(NEW) - moving) IS DISTINCT FROM (to_jsonb(OLD) - moving) THEN
        RAISE EXCEPTION '短信同意台账只能追加 (the consent ledger is kept)'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER short_messages_consent_kept BEFORE UPDATE OR DELETE ON short_messages_consent
    FOR EACH ROW EXECUTE FUNCTION short_messages_keep_ledger();
"""


class Migration(migrations.Migration):
    dependencies = [("short_messages", "0001_initial")]

    operations = [
        migrations.RunSQL(
            KEPT,
            "DROP TRIGGER short_messages_consent_kept ON short_messages_consent;"
            "DROP FUNCTION short_messages_keep_ledger",
        ),
    ]
