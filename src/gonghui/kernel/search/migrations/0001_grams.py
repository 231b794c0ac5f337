"""Indexes that find any part of a name, for tables without row-level security."""

from django.db import migrations

FUNCTION = """
CREATE OR REPLACE FUNCTION search_grams(content text) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT array_agg(DISTINCT substr(lower(content), place, size))
    FROM generate_series(1, char_length(content)) AS place, generate_series(1, 2) AS size
    WHERE place + size - 1 <= char_length(content)
$$
"""
INDEXES = {"union_name_grams": ("org_union", "name"), "file_name_grams": ("files_file", "name")}


class Migration(migrations.Migration):
    dependencies = [("org", "0001_initial"), ("files", "0001_initial")]
    operations = [
        migrations.RunSQL(FUNCTION, "DROP FUNCTION search_grams(text)"),
        *[
            migrations.RunSQL(
                f"CREATE INDEX {index} ON {table} USING gin (search_grams({column}::text))",
                f"DROP INDEX {index}",
            )
            for index, (table, column) in INDEXES.items()
        ],
    ]
