"""Numbers and texts of other parts of the tree are out of sight of the application's role."""

from django.db import migrations

from gonghui.kernel.org.scoping import wall_policy

TABLES = ("short_messages_message", "short_messages_incoming", "short_messages_consent")


class Migration(migrations.Migration):
    dependencies = [("short_messages", "0002_ledger")]

    operations = [
        migrations.RunSQL(
            wall_policy(table), [f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY"]
        )
        for table in TABLES
    ]
