from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("notify", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="TextMessage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=40, unique=True, verbose_name="去重键")),
                ("purpose", models.CharField(max_length=80, verbose_name="用途")),
                ("mobile_sealed", models.BinaryField(null=True, verbose_name="手机号码")),
                ("mobile_mask", models.CharField(max_length=20, verbose_name="手机号码")),
                ("text_sealed", models.BinaryField(null=True, verbose_name="内容")),
                ("state", models.CharField(choices=[("queued", "待发送"), ("sent", "已发送"), ("failed", "未发出")], default="queued", max_length=6, verbose_name="状态")),
                ("tries", models.PositiveSmallIntegerField(default=0, verbose_name="已发次数")),
                ("carrier_id", models.CharField(blank=True, max_length=64, verbose_name="服务商编号")),
                ("fault", models.CharField(blank=True, max_length=200, verbose_name="未发出原因")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="产生时间")),
                ("settled_at", models.DateTimeField(null=True, verbose_name="办结时间")),
            ],
            options={
                "verbose_name": "短信",
                "verbose_name_plural": "短信",
                "db_table": "notify_text",
                "indexes": [models.Index(fields=["state", "-created_at"], name="notify_text_state")],
            },
        ),
    ]
