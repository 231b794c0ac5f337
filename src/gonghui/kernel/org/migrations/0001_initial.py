import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Union',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=120, verbose_name='名称')),
                ('kind', models.CharField(choices=[('10', '省总工会'), ('20', '市总工会'), ('30', '县（市、区）总工会'), ('40', '产业（系统）工会'), ('41', '省直机关工会'), ('50', '乡镇（街道）总工会'), ('60', '工会联合会'), ('70', '联合基层工会'), ('80', '单独基层工会')], max_length=2, verbose_name='类型')),
                ('path', models.TextField(db_collation='C', editable=False, unique=True, verbose_name='组织路径')),
                ('city_id', models.BigIntegerField(editable=False, null=True, verbose_name='市级工会')),
                ('county_id', models.BigIntegerField(editable=False, null=True, verbose_name='县级工会')),
                ('region', models.CharField(blank=True, max_length=12, verbose_name='行政区划')),
                ('industry', models.CharField(blank=True, max_length=3, verbose_name='行业')),
                ('uscc', models.CharField(blank=True, max_length=18, verbose_name='统一社会信用代码')),
                ('status', models.CharField(choices=[('active', '正常'), ('closed', '已撤销'), ('merged', '已合并')], default='active', max_length=8, verbose_name='状态')),
                ('founded_on', models.DateField(verbose_name='成立日期')),
                ('ended_on', models.DateField(blank=True, null=True, verbose_name='撤并日期')),
                ('version_from', models.DateField(editable=False, verbose_name='现行版本起')),
                ('parent', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.union', verbose_name='上级工会')),
                ('successor', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.union', verbose_name='承继工会')),
            ],
            options={
                'verbose_name': '工会组织',
                'indexes': [models.Index(fields=['city_id', 'kind', 'status'], name='union_city'), models.Index(fields=['county_id', 'status'], name='union_county'), models.Index(fields=['parent', 'name'], name='union_parent'), models.Index(fields=['name'], name='union_name'), models.Index(condition=models.Q(('uscc', ''), _negated=True), fields=['uscc'], name='union_uscc')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('status', 'active'), models.Q(('uscc', ''), _negated=True)), fields=('uscc',), name='union_uscc_once')],
            },
        ),
        migrations.CreateModel(
            name='OrgEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('found', '成立'), ('rename', '更名'), ('kind', '变更类型'), ('move', '变更上级'), ('merge', '合并'), ('split', '分立'), ('close', '撤销')], max_length=8, verbose_name='变动')),
                ('org_path', models.TextField(db_collation='C', verbose_name='组织路径')),
                ('on', models.DateField(verbose_name='生效日期')),
                ('document', models.CharField(blank=True, max_length=80, verbose_name='依据文号')),
                ('note', models.TextField(blank=True, verbose_name='说明')),
                ('recorded_at', models.DateTimeField(auto_now_add=True, verbose_name='记录时间')),
                ('other', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.union', verbose_name='相关工会')),
                ('union', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='events', to='org.union', verbose_name='工会')),
            ],
            options={
                'verbose_name': '组织变动',
                'indexes': [models.Index(fields=['union', 'on'], name='event_union')],
            },
        ),
        migrations.CreateModel(
            name='UnionVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=120, verbose_name='名称')),
                ('kind', models.CharField(choices=[('10', '省总工会'), ('20', '市总工会'), ('30', '县（市、区）总工会'), ('40', '产业（系统）工会'), ('41', '省直机关工会'), ('50', '乡镇（街道）总工会'), ('60', '工会联合会'), ('70', '联合基层工会'), ('80', '单独基层工会')], max_length=2, verbose_name='类型')),
                ('parent_id', models.BigIntegerField(null=True, verbose_name='上级工会')),
                ('path', models.TextField(db_collation='C', verbose_name='组织路径')),
                ('city_id', models.BigIntegerField(null=True, verbose_name='市级工会')),
                ('county_id', models.BigIntegerField(null=True, verbose_name='县级工会')),
                ('industry', models.CharField(blank=True, max_length=3, verbose_name='行业')),
                ('status', models.CharField(choices=[('active', '正常'), ('closed', '已撤销'), ('merged', '已合并')], max_length=8, verbose_name='状态')),
                ('valid_from', models.DateField(verbose_name='起')),
                ('valid_to', models.DateField(null=True, verbose_name='止')),
                ('event', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.orgevent', verbose_name='变动')),
                ('union', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='versions', to='org.union', verbose_name='工会')),
            ],
            options={
                'verbose_name': '工会历史版本',
                'indexes': [models.Index(fields=['path', 'valid_from'], name='version_path'), models.Index(fields=['union', '-valid_from'], name='version_union')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('valid_to', None)), fields=('union',), name='version_open_once'), models.CheckConstraint(condition=models.Q(('valid_to', None), ('valid_to__gt', models.F('valid_from')), _connector='OR'), name='version_period')],
            },
        ),
    ]
