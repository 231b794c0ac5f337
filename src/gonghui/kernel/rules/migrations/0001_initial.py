import django.contrib.postgres.constraints
import django.db.models.deletion
import gonghui.kernel.codes.models
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('codes', '0001_initial'),
        ('org', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='TableVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('org_path', models.TextField(db_collation='C', editable=False, verbose_name='组织路径')),
                ('city_id', models.BigIntegerField(editable=False, null=True, verbose_name='市级工会')),
                ('county_id', models.BigIntegerField(editable=False, null=True, verbose_name='县级工会')),
                ('table', models.CharField(max_length=80, verbose_name='决策表代码')),
                ('title', models.CharField(max_length=120, verbose_name='决策表')),
                ('number', models.PositiveIntegerField(verbose_name='版本号')),
                ('content', models.JSONField(verbose_name='内容')),
                ('lines', models.PositiveIntegerField(default=0, verbose_name='行数')),
                ('state', models.CharField(choices=[('draft', '草稿'), ('waiting', '等待发布'), ('published', '已发布'), ('dropped', '已作废')], default='draft', max_length=10, verbose_name='状态')),
                ('valid_from', models.DateField(blank=True, null=True, verbose_name='生效日期')),
                ('valid_to', models.DateField(blank=True, null=True, verbose_name='失效日期')),
                ('source_doc', models.CharField(blank=True, max_length=200, verbose_name='文件依据')),
                ('reason', models.CharField(blank=True, max_length=200, verbose_name='修改说明')),
                ('drafted_by_id', models.BigIntegerField(null=True, verbose_name='起草人编号')),
                ('drafted_by_name', models.CharField(max_length=120, verbose_name='起草人')),
                ('drafted_at', models.DateTimeField(verbose_name='起草时间')),
                ('published_by_id', models.BigIntegerField(null=True, verbose_name='发布人编号')),
                ('published_by_name', models.CharField(blank=True, max_length=120, verbose_name='发布人')),
                ('published_at', models.DateTimeField(null=True, verbose_name='发布时间')),
                ('opinion', models.CharField(blank=True, max_length=200, verbose_name='办理意见')),
                ('version', models.PositiveIntegerField(default=1, verbose_name='修改次数')),
                ('union', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.union', verbose_name='所属工会')),
            ],
            options={
                'verbose_name': '决策表版本',
                'indexes': [models.Index(fields=['org_path'], name='rules_version_path'), models.Index(condition=models.Q(('state', 'published')), fields=['table', 'org_path'], name='rules_version_table')],
                'constraints': [models.UniqueConstraint(fields=('table', 'union', 'number'), name='rules_version_number'), models.UniqueConstraint(condition=models.Q(('state__in', ('draft', 'waiting'))), fields=('table', 'union'), name='rules_version_open_once'), models.CheckConstraint(condition=models.Q(('state__in', ('draft', 'waiting', 'dropped')), ('valid_from__isnull', False), _connector='OR'), name='rules_version_dated'), django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('state', 'published')), expressions=[('table', '='), ('union', '='), (gonghui.kernel.codes.models.DateRange('valid_from', 'valid_to'), '&&')], name='rules_version_no_overlap')],
            },
        ),
        migrations.CreateModel(
            name='ImpactRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(max_length=16, verbose_name='内容摘要')),
                ('since', models.DateField(verbose_name='起')),
                ('cases', models.PositiveIntegerField(verbose_name='案例数')),
                ('same', models.PositiveIntegerField(verbose_name='结果不变')),
                ('changed', models.PositiveIntegerField(verbose_name='结果改变')),
                ('refused', models.PositiveIntegerField(verbose_name='无法得出结果')),
                ('details', models.JSONField(default=list, verbose_name='明细')),
                ('ran_by_name', models.CharField(max_length=120, verbose_name='试算人')),
                ('ran_at', models.DateTimeField(verbose_name='试算时间')),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='runs', to='rules.tableversion', verbose_name='决策表版本')),
            ],
            options={
                'verbose_name': '影响试算',
                'indexes': [models.Index(fields=['version', '-id'], name='rules_run_version')],
            },
        ),
        migrations.CreateModel(
            name='DecisionTrace',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('org_path', models.TextField(db_collation='C', editable=False, verbose_name='组织路径')),
                ('city_id', models.BigIntegerField(editable=False, null=True, verbose_name='市级工会')),
                ('county_id', models.BigIntegerField(editable=False, null=True, verbose_name='县级工会')),
                ('table', models.CharField(max_length=80, verbose_name='决策表代码')),
                ('title', models.CharField(max_length=120, verbose_name='决策表')),
                ('number', models.PositiveIntegerField(default=0, verbose_name='版本号')),
                ('subject_type', models.CharField(max_length=80, verbose_name='对象类型')),
                ('subject_id', models.CharField(max_length=40, verbose_name='对象编号')),
                ('subject_label', models.CharField(max_length=200, verbose_name='对象')),
                ('given', models.JSONField(verbose_name='条件')),
                ('outcome', models.JSONField(null=True, verbose_name='结果')),
                ('rows', models.JSONField(default=list, verbose_name='起作用的行')),
                ('summary', models.CharField(blank=True, max_length=300, verbose_name='结论')),
                ('because', models.TextField(verbose_name='理由')),
                ('decided_on', models.DateField(verbose_name='适用日期')),
                ('decided_at', models.DateTimeField(verbose_name='决策时间')),
                ('union', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.union', verbose_name='所属工会')),
                ('table_version', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='rules.tableversion', verbose_name='版本')),
            ],
            options={
                'verbose_name': '决策记录',
                'indexes': [models.Index(fields=['org_path', '-id'], name='rules_trace_path'), models.Index(fields=['city_id', '-id'], name='rules_trace_city'), models.Index(fields=['table', 'decided_on'], name='rules_trace_table'), models.Index(fields=['subject_type', 'subject_id'], name='rules_trace_subject'), models.Index(fields=['decided_at'], name='rules_trace_at')],
            },
        ),
    ]
