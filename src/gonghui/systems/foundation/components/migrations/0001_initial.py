import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('org', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Definition',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('org_path', models.TextField(db_collation='C', editable=False, verbose_name='组织路径')),
                ('city_id', models.BigIntegerField(editable=False, null=True, verbose_name='市级工会')),
                ('county_id', models.BigIntegerField(editable=False, null=True, verbose_name='县级工会')),
                ('owner_id', models.BigIntegerField(verbose_name='所有人')),
                ('owner_name', models.CharField(max_length=50, verbose_name='所有人姓名')),
                ('title', models.CharField(max_length=60, verbose_name='名称')),
                ('dataset', models.CharField(max_length=40, verbose_name='数据集')),
                ('kind', models.CharField(max_length=12, verbose_name='形式')),
                ('spec', models.JSONField(verbose_name='取数方式')),
                ('audience', models.CharField(choices=[('owner', '仅本人'), ('union', '本工会和上级工会'), ('below', '本工会、上级和全部下级工会')], max_length=6, verbose_name='谁可以看')),
                ('active', models.BooleanField(default=True, verbose_name='使用中')),
                ('number', models.PositiveIntegerField(default=1, verbose_name='版本号')),
                ('changed_at', models.DateTimeField(verbose_name='修改时间')),
                ('version', models.PositiveIntegerField(default=1, verbose_name='修改次数')),
                ('union', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.union', verbose_name='所属工会')),
            ],
            options={
                'verbose_name': '图形和报表定义',
                'indexes': [models.Index(fields=['org_path'], name='chart_definition_path'), models.Index(fields=['owner_id', '-changed_at'], name='chart_definition_owner'), models.Index(fields=['union', 'audience'], name='chart_definition_shared')],
            },
        ),
        migrations.CreateModel(
            name='Edition',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField(verbose_name='版本号')),
                ('content', models.PositiveIntegerField(verbose_name='内容来自版本')),
                ('title', models.CharField(max_length=60, verbose_name='名称')),
                ('kind', models.CharField(max_length=12, verbose_name='形式')),
                ('spec', models.JSONField(verbose_name='取数方式')),
                ('audience', models.CharField(choices=[('owner', '仅本人'), ('union', '本工会和上级工会'), ('below', '本工会、上级和全部下级工会')], max_length=6, verbose_name='谁可以看')),
                ('words', models.CharField(max_length=200, verbose_name='改了什么')),
                ('at', models.DateTimeField(verbose_name='时间')),
                ('by_name', models.CharField(max_length=50, verbose_name='修改人')),
                ('definition', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='editions', to='components.definition', verbose_name='定义')),
            ],
            options={
                'verbose_name': '图形和报表定义的版本',
                'constraints': [models.UniqueConstraint(fields=('definition', 'number'), name='chart_edition_once')],
            },
        ),
    ]
