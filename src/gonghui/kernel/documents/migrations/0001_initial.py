import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('files', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='CheckCode',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=16, unique=True, verbose_name='核验码')),
                ('kind', models.TextField(verbose_name='文件种类')),
                ('title', models.TextField(verbose_name='名称')),
                ('issuer', models.TextField(verbose_name='制发单位')),
                ('number', models.TextField(blank=True, default='', verbose_name='文号或证号')),
                ('issued_on', models.DateField(verbose_name='制发日期')),
                ('valid_until', models.DateField(blank=True, null=True, verbose_name='有效期至')),
                ('facts', models.JSONField(default=list, verbose_name='公开事项')),
                ('state', models.CharField(choices=[('in_force', '有效'), ('replaced', '已换发'), ('revoked', '已作废')], default='in_force', max_length=10, verbose_name='状态')),
                ('ended_on', models.DateField(blank=True, null=True, verbose_name='终止日期')),
                ('ended_why', models.TextField(blank=True, default='', verbose_name='终止原因')),
                ('owner_kind', models.TextField(verbose_name='所属对象类别')),
                ('owner_id', models.BigIntegerField(verbose_name='所属对象编号')),
                ('at', models.DateTimeField(verbose_name='登记时间')),
            ],
            options={
                'verbose_name': '核验码',
                'verbose_name_plural': '核验码',
                'db_table': 'documents_check_code',
                'indexes': [models.Index(fields=['owner_kind', 'owner_id'], name='documents_code_owner')],
            },
        ),
        migrations.CreateModel(
            name='CheckedCopy',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('part', models.TextField(blank=True, default='', verbose_name='哪一份')),
                ('sha256', models.CharField(max_length=64, verbose_name='SHA-256 摘要')),
                ('sm3', models.CharField(max_length=64, verbose_name='SM3 摘要')),
                ('at', models.DateTimeField(verbose_name='登记时间')),
                ('code', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='copies', to='documents.checkcode', verbose_name='核验码')),
                ('file', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='files.storedfile', verbose_name='文件')),
            ],
            options={
                'verbose_name': '核验副本',
                'verbose_name_plural': '核验副本',
                'db_table': 'documents_checked_copy',
                'indexes': [models.Index(fields=['sha256'], name='documents_copy_sha256')],
            },
        ),
    ]
