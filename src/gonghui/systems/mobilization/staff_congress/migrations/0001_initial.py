import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('org', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Delegate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=50, verbose_name='姓名')),
                ('unit', models.CharField(max_length=60, verbose_name='选区')),
                ('kind', models.CharField(choices=[('front', '一线职工'), ('staff', '专业技术和管理人员'), ('leader', '中层以上管理人员')], max_length=6, verbose_name='身份')),
                ('is_woman', models.BooleanField(default=False, verbose_name='女')),
                ('person_id', models.BigIntegerField(null=True, verbose_name='人员档案')),
                ('elected_on', models.DateField(verbose_name='当选日期')),
                ('left_on', models.DateField(null=True, verbose_name='终止日期')),
                ('left_reason', models.CharField(blank=True, max_length=100, verbose_name='终止原因')),
            ],
            options={
                'verbose_name': '职工代表',
                'ordering': ('id',),
            },
        ),
        migrations.CreateModel(
            name='Publicity',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('org_path', models.TextField(db_collation='C', editable=False, verbose_name='组织路径')),
                ('city_id', models.BigIntegerField(editable=False, null=True, verbose_name='市级工会')),
                ('county_id', models.BigIntegerField(editable=False, null=True, verbose_name='县级工会')),
                ('title', models.CharField(max_length=120, verbose_name='标题')),
                ('kind', models.CharField(choices=[('business', '生产经营'), ('interests', '工资福利和劳动安全'), ('rules', '规章制度'), ('cadres', '领导人员廉洁'), ('resolution', '职代会决议')], max_length=10, verbose_name='类别')),
                ('content', models.TextField(verbose_name='内容')),
                ('published_on', models.DateField(verbose_name='公开日期')),
                ('until', models.DateField(verbose_name='公示截止')),
                ('version', models.PositiveIntegerField(default=1, verbose_name='版本')),
                ('union', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.union', verbose_name='所属工会')),
            ],
            options={
                'verbose_name': '厂务公开',
                'indexes': [models.Index(fields=['union', '-published_on'], name='publicity_union'), models.Index(fields=['org_path'], name='publicity_path')],
            },
        ),
        migrations.CreateModel(
            name='Objection',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('person_id', models.BigIntegerField(verbose_name='提出人')),
                ('user_id', models.BigIntegerField(null=True, verbose_name='账号')),
                ('text', models.CharField(max_length=500, verbose_name='意见')),
                ('made_at', models.DateTimeField(auto_now_add=True, verbose_name='提出时间')),
                ('answer', models.CharField(blank=True, max_length=500, verbose_name='答复')),
                ('answered_at', models.DateTimeField(null=True, verbose_name='答复时间')),
                ('answered_by_name', models.CharField(blank=True, max_length=50, verbose_name='答复人')),
                ('publicity', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='objections', to='staff_congress.publicity', verbose_name='公开事项')),
            ],
            options={
                'verbose_name': '厂务公开意见',
                'ordering': ('id',),
                'indexes': [models.Index(fields=['person_id'], name='objection_person')],
            },
        ),
        migrations.CreateModel(
            name='Session',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('org_path', models.TextField(db_collation='C', editable=False, verbose_name='组织路径')),
                ('city_id', models.BigIntegerField(editable=False, null=True, verbose_name='市级工会')),
                ('county_id', models.BigIntegerField(editable=False, null=True, verbose_name='县级工会')),
                ('number', models.PositiveSmallIntegerField(verbose_name='次数')),
                ('state', models.CharField(choices=[('planned', '筹备中'), ('open', '会议中'), ('closed', '已闭会')], default='planned', max_length=7, verbose_name='状态')),
                ('planned_on', models.DateField(verbose_name='会议日期')),
                ('place', models.CharField(max_length=120, verbose_name='地点')),
                ('delegates', models.PositiveIntegerField(null=True, verbose_name='代表总数')),
                ('present', models.PositiveIntegerField(null=True, verbose_name='出席人数')),
                ('version', models.PositiveIntegerField(default=1, verbose_name='版本')),
                ('signed_in', models.ManyToManyField(related_name='+', to='staff_congress.delegate', verbose_name='签到')),
                ('union', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.union', verbose_name='所属工会')),
            ],
            options={
                'verbose_name': '职代会会议',
            },
        ),
        migrations.CreateModel(
            name='AgendaItem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('title', models.CharField(max_length=200, verbose_name='议题')),
                ('matter', models.CharField(choices=[('report', '听取报告'), ('vote', '审议通过'), ('contract', '集体合同草案表决'), ('election', '民主选举或评议')], max_length=8, verbose_name='性质')),
                ('issued', models.PositiveIntegerField(null=True, verbose_name='发出')),
                ('returned', models.PositiveIntegerField(null=True, verbose_name='收回')),
                ('agreed', models.PositiveIntegerField(null=True, verbose_name='赞成')),
                ('against', models.PositiveIntegerField(null=True, verbose_name='反对')),
                ('abstained', models.PositiveIntegerField(null=True, verbose_name='弃权')),
                ('carried', models.BooleanField(null=True, verbose_name='通过')),
                ('lines', models.JSONField(default=list, verbose_name='表决说明')),
                ('resolution', models.TextField(blank=True, verbose_name='决议')),
                ('session', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='items', to='staff_congress.session', verbose_name='会议')),
            ],
            options={
                'verbose_name': '议题',
                'ordering': ('id',),
            },
        ),
        migrations.CreateModel(
            name='StaffCongress',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('org_path', models.TextField(db_collation='C', editable=False, verbose_name='组织路径')),
                ('city_id', models.BigIntegerField(editable=False, null=True, verbose_name='市级工会')),
                ('county_id', models.BigIntegerField(editable=False, null=True, verbose_name='县级工会')),
                ('number', models.PositiveSmallIntegerField(verbose_name='届次')),
                ('kind', models.CharField(choices=[('delegates', '职工代表大会'), ('assembly', '职工大会')], max_length=9, verbose_name='形式')),
                ('state', models.CharField(choices=[('electing', '选举代表'), ('in_term', '届内'), ('ended', '已届满')], default='electing', max_length=8, verbose_name='状态')),
                ('employees', models.PositiveIntegerField(verbose_name='职工人数')),
                ('began_on', models.DateField(verbose_name='起始日期')),
                ('years', models.PositiveSmallIntegerField(verbose_name='任期（年）')),
                ('ends_on', models.DateField(verbose_name='届满日期')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='登记时间')),
                ('version', models.PositiveIntegerField(default=1, verbose_name='版本')),
                ('union', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.union', verbose_name='所属工会')),
            ],
            options={
                'verbose_name': '职工代表大会',
                'indexes': [models.Index(fields=['org_path'], name='staffcongress_path')],
                'constraints': [models.UniqueConstraint(fields=('union', 'number'), name='staffcongress_once'), models.UniqueConstraint(condition=models.Q(('state', 'ended'), _negated=True), fields=('union',), name='staffcongress_open')],
            },
        ),
        migrations.AddField(
            model_name='session',
            name='congress',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sessions', to='staff_congress.staffcongress', verbose_name='届次'),
        ),
        migrations.AddField(
            model_name='delegate',
            name='congress',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='delegates', to='staff_congress.staffcongress', verbose_name='届次'),
        ),
        migrations.CreateModel(
            name='Proposal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('org_path', models.TextField(db_collation='C', editable=False, verbose_name='组织路径')),
                ('city_id', models.BigIntegerField(editable=False, null=True, verbose_name='市级工会')),
                ('county_id', models.BigIntegerField(editable=False, null=True, verbose_name='县级工会')),
                ('title', models.CharField(max_length=100, verbose_name='标题')),
                ('reason', models.CharField(max_length=1000, verbose_name='案由')),
                ('measure', models.CharField(max_length=1000, verbose_name='建议和措施')),
                ('seconders', models.CharField(blank=True, max_length=200, verbose_name='附议人')),
                ('person_id', models.BigIntegerField(verbose_name='提出人')),
                ('user_id', models.BigIntegerField(null=True, verbose_name='账号')),
                ('by_name', models.CharField(max_length=50, verbose_name='提出人姓名')),
                ('by_delegate', models.BooleanField(verbose_name='职工代表提出')),
                ('state', models.CharField(choices=[('submitted', '待审查'), ('filed', '已立案'), ('answered', '已答复'), ('closed', '已办结'), ('declined', '不予立案'), ('withdrawn', '已撤回')], default='submitted', max_length=9, verbose_name='状态')),
                ('undertaker', models.CharField(blank=True, max_length=60, verbose_name='承办部门')),
                ('due_on', models.DateField(null=True, verbose_name='答复期限')),
                ('answer', models.CharField(blank=True, max_length=1000, verbose_name='答复')),
                ('satisfied', models.BooleanField(null=True, verbose_name='满意')),
                ('remark', models.CharField(blank=True, max_length=300, verbose_name='评价')),
                ('submitted_at', models.DateTimeField(auto_now_add=True, verbose_name='提出时间')),
                ('version', models.PositiveIntegerField(default=1, verbose_name='版本')),
                ('union', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.union', verbose_name='所属工会')),
            ],
            options={
                'verbose_name': '职工提案',
                'indexes': [models.Index(fields=['org_path'], name='staffproposal_path'), models.Index(fields=['person_id'], name='staffproposal_person')],
            },
        ),
        migrations.AddIndex(
            model_name='session',
            index=models.Index(fields=['org_path'], name='staffsession_path'),
        ),
        migrations.AddConstraint(
            model_name='session',
            constraint=models.UniqueConstraint(fields=('congress', 'number'), name='staffsession_once'),
        ),
        migrations.AddConstraint(
            model_name='delegate',
            constraint=models.UniqueConstraint(condition=models.Q(('left_on', None)), fields=('congress', 'name', 'unit'), name='delegate_once'),
        ),
    ]
