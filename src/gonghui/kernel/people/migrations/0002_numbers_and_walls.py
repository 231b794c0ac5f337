from django.db import migrations

from gonghui.kernel.org.scoping import wall_policy

# 34 (Anhui) + nine digits in order of issue + the ISO/IEC 7064 MOD 11,10 check digit of those
# eleven; the same as gonghui.kernel.base.ids.member_number, which a test holds it to.
NUMBERS = """
CREATE SEQUENCE people_member_seq;
CREATE FUNCTION people_member_number(n bigint) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    body text := '34' || lpad(n::text, 9, '0');
    p int := 10;
    s int;
BEGIN
    FOR i IN 1..11 LOOP
        s := (p + ascii(substr(body, i, 1)) - 48) % 10;
        p := (CASE s WHEN 0 THEN 10 ELSE s END) * 2 % 11;
    END LOOP;
    RETURN body || ((11 - p) % 10)::text;
END
$$;
"""
WALLS = [
    *wall_policy("people_person", person="id"),
    *wall_policy("people_membership", person="person_id"),
]


class Migration(migrations.Migration):
    dependencies = [("people", "0001_initial")]

    operations = [
        migrations.RunSQL(
            NUMBERS,
            "DROP FUNCTION people_member_number(bigint); DROP SEQUENCE people_member_seq",
        ),
        migrations.RunSQL(
            WALLS,
            [
                "ALTER TABLE people_person DISABLE ROW LEVEL SECURITY",
                "ALTER TABLE people_membership DISABLE ROW LEVEL SECURITY",
            ],
        ),
    ]
