from django.db import migrations


class Migration(migrations.Migration):
    initial = True

    dependencies = [("access", "0001_initial")]

    operations: list = []
