from django.db import migrations

from gonghui.kernel.org.scoping import wall_policy

# A text that lies in no subtree stands for the path of what nobody but the person may read.
NOBODY = "'!'"
OWN = "(SELECT nullif(current_setting('gonghui.person', true), '')::bigint)"
PLATFORM = f"""{NOBODY} >= (SELECT current_setting('gonghui.lo1', true) COLLATE "C")
    AND {NOBODY} < (SELECT current_setting('gonghui.hi1', true) COLLATE "C")"""
WALLS = [
    *wall_policy(
        "hall_handing",
        path=f"(CASE WHEN private THEN {NOBODY} ELSE org_path END)",
        person="person_id",
    ),
    *wall_policy("hall_rating", person="person_id"),
    *wall_policy("hall_booking", person="person_id"),
    *wall_policy("hall_keptmaterial", path=NOBODY, person="person_id"),
    # Whose material was used is said by the material, which is behind its own wall.
    "ALTER TABLE hall_materialuse ENABLE ROW LEVEL SECURITY",
    """CREATE POLICY scope_wall ON hall_materialuse
        USING (EXISTS (SELECT FROM hall_keptmaterial kept WHERE kept.id = material_id))
        WITH CHECK (true)""",
    # Both may read a consent: who gave it, and who acts under it.
    "ALTER TABLE hall_proxy ENABLE ROW LEVEL SECURITY",
    f"""CREATE POLICY scope_wall ON hall_proxy
        USING (principal_person_id = {OWN} OR agent_person_id = {OWN} OR ({PLATFORM}))
        WITH CHECK (true)""",
]
TABLES = ("handing", "rating", "booking", "keptmaterial", "materialuse", "proxy")


class Migration(migrations.Migration):
    dependencies = [("hall", "0001_initial")]

    operations = [
        migrations.RunSQL(
            WALLS,
            [f"ALTER TABLE hall_{table} DISABLE ROW LEVEL SECURITY" for table in TABLES],
        ),
    ]
