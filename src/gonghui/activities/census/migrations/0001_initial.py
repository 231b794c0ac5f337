import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('org', '0001_initial'),
        ('people', '0002_numbers_and_walls'),
    ]

    operations = [
        migrations.CreateModel(
            name='Campaign',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('org_path', models.TextField(db_collation='C', editable=False, verbose_name='组织路径')),
                ('city_id', models.BigIntegerField(editable=False, null=True, verbose_name='市级工会')),
                ('county_id', models.BigIntegerField(editable=False, null=True, verbose_name='县级工会')),
                ('title', models.CharField(max_length=80, verbose_name='名称')),
                ('document', models.CharField(blank=True, max_length=80, verbose_name='文号')),
                ('note', models.TextField(blank=True, max_length=2000, verbose_name='工作要求')),
                ('measure', models.CharField(choices=[('growth', '净增会员数'), ('total', '在籍会员总数')], default='growth', max_length=6, verbose_name='计数口径')),
                ('base_day', models.DateField(verbose_name='基准日')),
                ('starts_on', models.DateField(verbose_name='开始日期')),
                ('ends_on', models.DateField(verbose_name='结束日期')),
                ('target', models.PositiveIntegerField(verbose_name='总任务数')),
                ('state', models.CharField(choices=[('draft', '草稿'), ('open', '进行中'), ('closed', '已结束'), ('archived', '已归档')], default='draft', max_length=8, verbose_name='状态')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='建立时间')),
                ('version', models.PositiveIntegerField(default=1, verbose_name='版本')),
                ('union', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.union', verbose_name='所属工会')),
            ],
            options={
                'verbose_name': '普查活动',
                'indexes': [models.Index(fields=['org_path'], name='campaign_path')],
                'constraints': [models.CheckConstraint(condition=models.Q(('base_day__lte', models.F('starts_on')), ('starts_on__lt', models.F('ends_on'))), name='campaign_days')],
            },
        ),
        migrations.CreateModel(
            name='Quota',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('org_path', models.TextField(db_collation='C', editable=False, verbose_name='组织路径')),
                ('city_id', models.BigIntegerField(editable=False, null=True, verbose_name='市级工会')),
                ('county_id', models.BigIntegerField(editable=False, null=True, verbose_name='县级工会')),
                ('amount', models.PositiveIntegerField(verbose_name='任务数')),
                ('base', models.PositiveIntegerField(default=0, verbose_name='基准日在籍会员数')),
                ('deadline', models.DateField(verbose_name='完成期限')),
                ('in_ranks', models.PositiveIntegerField(default=0, verbose_name='在籍会员数')),
                ('done', models.IntegerField(default=0, verbose_name='完成数')),
                ('percent', models.DecimalField(decimal_places=1, default=0, max_digits=9, verbose_name='完成率（%）')),
                ('standing', models.CharField(choices=[('none', '无任务'), ('ahead', '正常'), ('met', '已完成'), ('behind', '滞后'), ('overdue', '逾期')], default='none', max_length=7, verbose_name='进度')),
                ('counted_at', models.DateTimeField(null=True, verbose_name='统计时间')),
                ('version', models.PositiveIntegerField(default=1, verbose_name='版本')),
                ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='quotas', to='census.campaign', verbose_name='普查活动')),
                ('superior', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='parts', to='census.quota', verbose_name='上级任务')),
                ('union', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.union', verbose_name='所属工会')),
            ],
            options={
                'verbose_name': '普查任务',
                'indexes': [models.Index(fields=['org_path'], name='quota_path'), models.Index(fields=['superior'], name='quota_superior')],
                'constraints': [models.UniqueConstraint(fields=('campaign', 'union'), name='quota_once')],
            },
        ),
        migrations.CreateModel(
            name='CensusDay',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('org_path', models.TextField(db_collation='C', editable=False, verbose_name='组织路径')),
                ('city_id', models.BigIntegerField(editable=False, null=True, verbose_name='市级工会')),
                ('county_id', models.BigIntegerField(editable=False, null=True, verbose_name='县级工会')),
                ('day', models.DateField(verbose_name='日期')),
                ('amount', models.PositiveIntegerField(verbose_name='任务数')),
                ('in_ranks', models.PositiveIntegerField(verbose_name='在籍会员数')),
                ('done', models.IntegerField(verbose_name='完成数')),
                ('planned', models.PositiveIntegerField(verbose_name='应完成数')),
                ('with_mobile', models.PositiveIntegerField(verbose_name='已填手机号码的会员数')),
                ('with_education', models.PositiveIntegerField(verbose_name='已填学历的会员数')),
                ('union', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.union', verbose_name='所属工会')),
                ('quota', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='days', to='census.quota', verbose_name='普查任务')),
            ],
            options={
                'verbose_name': '普查日报',
                'constraints': [models.UniqueConstraint(fields=('quota', 'day'), name='census_day_once')],
            },
        ),
        migrations.CreateModel(
            name='Urging',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('org_path', models.TextField(db_collation='C', editable=False, verbose_name='组织路径')),
                ('city_id', models.BigIntegerField(editable=False, null=True, verbose_name='市级工会')),
                ('county_id', models.BigIntegerField(editable=False, null=True, verbose_name='县级工会')),
                ('day', models.DateField(verbose_name='日期')),
                ('at', models.DateTimeField(auto_now_add=True, verbose_name='时间')),
                ('by_name', models.CharField(max_length=50, verbose_name='催办人')),
                ('text', models.TextField(verbose_name='内容')),
                ('recipients', models.PositiveIntegerField(verbose_name='收到人数')),
                ('quota', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='urgings', to='census.quota', verbose_name='普查任务')),
                ('union', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.union', verbose_name='所属工会')),
            ],
            options={
                'verbose_name': '普查催办',
                'constraints': [models.UniqueConstraint(fields=('quota', 'day'), name='urging_once_a_day')],
            },
        ),
        migrations.CreateModel(
            name='Wish',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('org_path', models.TextField(db_collation='C', editable=False, verbose_name='组织路径')),
                ('city_id', models.BigIntegerField(editable=False, null=True, verbose_name='市级工会')),
                ('county_id', models.BigIntegerField(editable=False, null=True, verbose_name='县级工会')),
                ('person_name', models.CharField(max_length=50, verbose_name='提出人姓名')),
                ('anonymous', models.BooleanField(default=False, verbose_name='对其他职工匿名')),
                ('channel', models.CharField(choices=[('online', '网上提出'), ('offline', '线下登记')], default='online', max_length=7, verbose_name='来源')),
                ('category', models.CharField(choices=[('10', '技能培训'), ('20', '法律维权'), ('30', '困难帮扶'), ('40', '健康体检'), ('50', '心理关爱'), ('60', '子女托管'), ('70', '文体活动'), ('75', '婚恋交友'), ('80', '普惠优惠'), ('85', '劳动条件'), ('90', '其他')], max_length=2, verbose_name='类别')),
                ('title', models.CharField(max_length=60, verbose_name='标题')),
                ('detail', models.TextField(blank=True, max_length=1000, verbose_name='具体需求')),
                ('state', models.CharField(choices=[('new', '待答复'), ('accepted', '已采纳'), ('in_progress', '办理中'), ('done', '已实现'), ('declined', '未采纳'), ('merged', '已合并')], default='new', max_length=11, verbose_name='状态')),
                ('votes', models.PositiveIntegerField(default=0, verbose_name='支持人数')),
                ('created_at', models.DateTimeField(verbose_name='提出时间')),
                ('due_on', models.DateField(verbose_name='答复期限')),
                ('answered_at', models.DateTimeField(null=True, verbose_name='首次答复时间')),
                ('answer_workdays', models.PositiveIntegerField(null=True, verbose_name='答复用时（工作日）')),
                ('closed_at', models.DateTimeField(null=True, verbose_name='办结时间')),
                ('reply', models.TextField(blank=True, max_length=1000, verbose_name='我们听到了')),
                ('replied_at', models.DateTimeField(null=True, verbose_name='答复时间')),
                ('result_title', models.CharField(blank=True, max_length=80, verbose_name='开出的服务')),
                ('result_url', models.CharField(blank=True, max_length=300, verbose_name='服务链接')),
                ('hidden_at', models.DateTimeField(null=True, verbose_name='隐藏时间')),
                ('hidden_reason', models.CharField(blank=True, max_length=200, verbose_name='隐藏理由')),
                ('version', models.PositiveIntegerField(default=1, verbose_name='版本')),
                ('merged_into', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='absorbed', to='census.wish', verbose_name='合并到')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.person', verbose_name='提出人')),
                ('union', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.union', verbose_name='所属工会')),
            ],
            options={
                'verbose_name': '职工心愿',
                'indexes': [models.Index(fields=['org_path'], name='wish_path'), models.Index(condition=models.Q(('hidden_at', None), models.Q(('state', 'merged'), _negated=True)), fields=['union', '-votes', 'created_at'], name='wish_order'), models.Index(fields=['person'], name='wish_person'), models.Index(condition=models.Q(('answered_at', None)), fields=['due_on'], name='wish_waiting')],
                'constraints': [models.CheckConstraint(condition=models.Q(('merged_into', None), models.Q(('merged_into', models.F('id')), _negated=True), _connector='OR'), name='wish_not_into_itself'), models.CheckConstraint(condition=models.Q(models.Q(('merged_into__isnull', False), ('state', 'merged')), models.Q(models.Q(('state', 'merged'), _negated=True), ('merged_into', None)), _connector='OR'), name='wish_merged_somewhere')],
            },
        ),
        migrations.CreateModel(
            name='Vote',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(auto_now_add=True, verbose_name='时间')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.person', verbose_name='支持人')),
                ('wish', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='ballots', to='census.wish', verbose_name='心愿')),
            ],
            options={
                'verbose_name': '心愿支持',
                'constraints': [models.UniqueConstraint(fields=('wish', 'person'), name='wish_vote_once')],
            },
        ),
        migrations.CreateModel(
            name='Follow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.person', verbose_name='关注人')),
                ('wish', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='follows', to='census.wish', verbose_name='心愿')),
            ],
            options={
                'verbose_name': '心愿关注',
                'constraints': [models.UniqueConstraint(fields=('wish', 'person'), name='wish_follow_once')],
            },
        ),
        migrations.CreateModel(
            name='WishEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(auto_now_add=True, verbose_name='时间')),
                ('title', models.CharField(max_length=40, verbose_name='进展')),
                ('text', models.TextField(blank=True, verbose_name='说明')),
                ('union_name', models.CharField(max_length=120, verbose_name='办理工会')),
                ('tone', models.CharField(default='info', max_length=6, verbose_name='类别')),
                ('wish', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='events', to='census.wish', verbose_name='心愿')),
            ],
            options={
                'verbose_name': '心愿进展',
                'ordering': ['-at', '-id'],
                'indexes': [models.Index(fields=['wish', '-at'], name='wish_event_order')],
            },
        ),
    ]
