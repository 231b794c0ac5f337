from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('hall', '0003_bookings'),
    ]

    operations = [
        migrations.AddField(
            model_name='proxy',
            name='taken_by',
            field=models.CharField(blank=True, max_length=120, verbose_name='窗口经办人'),
        ),
    ]
