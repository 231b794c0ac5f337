"""Security events are only added to; what is older than its term is forgotten by one function."""

from django.db import migrations

REFUSE = """
CREATE FUNCTION security_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'TRUNCATE' AND current_setting('gonghui.may_empty', true) = 'on' THEN
        RETURN NULL;
    END IF;
    IF TG_OP = 'DELETE' AND current_setting('gonghui.forgetting', true) = 'on' THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION '安全事件只增不改：不允许 % 操作 (security events are append-only)', TG_OP
        USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER security_event_append_only
    BEFORE UPDATE OR DELETE OR TRUNCATE ON security_securityevent
    FOR EACH STATEMENT EXECUTE FUNCTION security_refuse_change();
"""

# Runs with the rights of the owner, so the application may forget old events and no others.
# Six months: 中华人民共和国网络安全法 第二十一条第三项.
FORGET = """
CREATE FUNCTION security_forget(months integer) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE gone bigint;
BEGIN
    IF months < 6 THEN
        RAISE EXCEPTION '安全事件至少保存六个月 (kept for six months at least)'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    PERFORM set_config('gonghui.forgetting', 'on', true);
    DELETE FROM security_eventreview WHERE event_id IN (
        SELECT id FROM security_securityevent WHERE at < now() - make_interval(months => months));
    DELETE FROM security_securityevent WHERE at < now() - make_interval(months => months);
    GET DIAGNOSTICS gone = ROW_COUNT;
    PERFORM set_config('gonghui.forgetting', 'off', true);
    RETURN gone;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("security", "0001_initial")]

    operations = [
        migrations.RunSQL(
            REFUSE,
            "DROP TRIGGER security_event_append_only ON security_securityevent;"
            "DROP FUNCTION security_refuse_change",
        ),
        migrations.RunSQL(FORGET, "DROP FUNCTION security_forget"),
    ]
