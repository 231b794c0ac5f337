"""A clock may run again in one round, one at a time."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("casework", "0002_guards")]

    operations = [
        migrations.RemoveConstraint(model_name="clock", name="cw_clock_once"),
        migrations.AddConstraint(
            model_name="clock",
            constraint=models.UniqueConstraint(
                condition=Q(met_on=None, stopped=False),
                fields=("case", "code"),
                name="cw_clock_runs_once",
            ),
        ),
    ]
