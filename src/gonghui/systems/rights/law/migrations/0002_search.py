"""Titles of statutes and wordings of articles are found by their pairs of characters."""

from django.db import migrations

SEARCH = """
CREATE INDEX law_statute_words ON law_statute USING gin (search_grams(title::text));
CREATE INDEX law_article_words ON law_article USING gin (search_grams(text::text));
"""
FORGET = "DROP INDEX law_statute_words; DROP INDEX law_article_words;"


class Migration(migrations.Migration):
    dependencies = [("law", "0001_initial"), ("search", "0001_grams")]
    operations = [migrations.RunSQL(SEARCH, FORGET)]
