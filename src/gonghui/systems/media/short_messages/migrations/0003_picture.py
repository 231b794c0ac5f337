from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("short_messages", "0002_ledger")]

    operations = [
        migrations.AddField(
            model_name="message",
            name="picture",
            field=models.UUIDField(null=True, verbose_name="彩信图片"),
        ),
    ]
