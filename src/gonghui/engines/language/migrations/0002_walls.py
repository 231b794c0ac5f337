"""Rows of other parts of the tree are out of sight of the application's role."""

from django.db import migrations

from gonghui.kernel.org.scoping import wall_policy

TABLES = ("language_record", "language_correction", "language_draft")


class Migration(migrations.Migration):
    dependencies = [("language", "0001_initial")]

    operations = [
        migrations.RunSQL(
            wall_policy(table), [f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY"]
        )
        for table in TABLES
    ]
