"""Rows of other parts of the tree are out of sight of the application's role; crises are settled."""

from django.db import migrations, models

from gonghui.kernel.org.scoping import wall_policy

TABLES = ("language_record", "language_correction", "language_draft")


class Migration(migrations.Migration):
    dependencies = [("language", "0001_initial")]

    operations = [
        migrations.AddField(
            "record",
            "settled_by",
            models.CharField("危机处置人", max_length=50, blank=True, default=""),
            preserve_default=False,
        ),
        migrations.AddField(
            "record", "settled_at", models.DateTimeField("危机处置时间", null=True)
        ),
        migrations.AddField(
            "record",
            "settled_note",
            models.CharField("危机处置情况", max_length=500, blank=True, default=""),
            preserve_default=False,
        ),
        *(
            migrations.RunSQL(
                wall_policy(table), [f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY"]
            )
            for table in TABLES
        ),
    ]
