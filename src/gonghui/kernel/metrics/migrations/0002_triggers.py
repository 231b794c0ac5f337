from django.db import migrations

FORWARD = """
CREATE FUNCTION metrics_member_added() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public AS $$
BEGIN
    INSERT INTO metrics_memberdelta (union_id, status, sex, industry, n)
    SELECT union_id, status, sex, industry, count(*) FROM fresh GROUP BY 1, 2, 3, 4;
    RETURN NULL;
END $$;
CREATE FUNCTION metrics_member_removed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public AS $$
BEGIN
    INSERT INTO metrics_memberdelta (union_id, status, sex, industry, n)
    SELECT union_id, status, sex, industry, -count(*) FROM stale GROUP BY 1, 2, 3, 4;
    RETURN NULL;
END $$;
CREATE FUNCTION metrics_member_changed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public AS $$
BEGIN
    INSERT INTO metrics_memberdelta (union_id, status, sex, industry, n)
    SELECT union_id, status, sex, industry, sum(n) FROM (
        SELECT union_id, status, sex, industry, 1 AS n FROM fresh
        UNION ALL SELECT union_id, status, sex, industry, -1 FROM stale
    ) AS change GROUP BY 1, 2, 3, 4 HAVING sum(n) <> 0;
    RETURN NULL;
END $$;
CREATE TRIGGER member_added AFTER INSERT ON people_membership
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION metrics_member_added();
CREATE TRIGGER member_removed AFTER DELETE ON people_membership
    REFERENCING OLD TABLE AS stale FOR EACH STATEMENT EXECUTE FUNCTION metrics_member_removed();
CREATE TRIGGER member_changed AFTER UPDATE ON people_membership
    REFERENCING NEW TABLE AS fresh OLD TABLE AS stale
    FOR EACH STATEMENT EXECUTE FUNCTION metrics_member_changed();
"""
BACK = """
DROP TRIGGER member_added ON people_membership;
DROP TRIGGER member_removed ON people_membership;
DROP TRIGGER member_changed ON people_membership;
DROP FUNCTION metrics_member_added(), metrics_member_removed(), metrics_member_changed();
"""


class Migration(migrations.Migration):
    dependencies = [("metrics", "0001_initial"), ("people", "0002_numbers_and_walls")]

    operations = [migrations.RunSQL(FORWARD, BACK)]
