from django.db import migrations

# The table of Django's database cache (settings.CACHES), as `createcachetable` would make it.
CREATE = """
CREATE TABLE gonghui_cache (
    cache_key varchar(255) NOT NULL PRIMARY KEY,
    value text NOT NULL,
    expires timestamp with time zone NOT NULL
);
CREATE INDEX gonghui_cache_expires ON gonghui_cache (expires);
"""


class Migration(migrations.Migration):
    dependencies = [("identity", "0002_accounts_and_sessions")]

    operations = [migrations.RunSQL(CREATE, "DROP TABLE gonghui_cache")]
