"""Open to-dos in the order they are shown, for each way they may be addressed."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("notify", "0003_snooze")]

    operations = [
        migrations.RemoveIndex(model_name="todo", name="notify_todo_union"),
        migrations.RemoveIndex(model_name="todo", name="notify_todo_assignee"),
        migrations.AddIndex(
            model_name="todo",
            index=models.Index(
                fields=["union_id", "due_at", "id"],
                condition=Q(done_at=None, assignee_user_id=None),
                name="notify_todo_union_due",
            ),
        ),
        migrations.AddIndex(
            model_name="todo",
            index=models.Index(
                fields=["assignee_user_id", "due_at", "id"],
                condition=Q(done_at=None),
                name="notify_todo_assignee_due",
            ),
        ),
    ]
