import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('org', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Desk',
            fields=[
                ('user_id', models.BigIntegerField(primary_key=True, serialize=False, verbose_name='用户编号')),
                ('layout', models.JSONField(default=list, verbose_name='排列')),
                ('personal', models.BooleanField(default=True, verbose_name='按使用习惯推荐')),
                ('changed_at', models.DateTimeField(auto_now=True, verbose_name='修改时间')),
            ],
            options={
                'verbose_name': '工作台排列',
            },
        ),
        migrations.CreateModel(
            name='Appointment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('user_id', models.BigIntegerField(verbose_name='用户编号')),
                ('title', models.CharField(max_length=80, verbose_name='事项')),
                ('day', models.DateField(verbose_name='日期')),
                ('until', models.DateField(blank=True, null=True, verbose_name='至')),
                ('at', models.TimeField(blank=True, null=True, verbose_name='时间')),
                ('note', models.CharField(blank=True, max_length=300, verbose_name='备注')),
                ('remind_at', models.DateTimeField(blank=True, null=True, verbose_name='提醒时间')),
                ('reminded', models.BooleanField(default=False, verbose_name='已提醒')),
            ],
            options={
                'verbose_name': '日程',
                'indexes': [models.Index(fields=['user_id', 'day'], name='appointment_day'), models.Index(condition=models.Q(('remind_at__isnull', False), ('reminded', False)), fields=['remind_at'], name='appointment_remind')],
                'constraints': [models.CheckConstraint(condition=models.Q(('until', None), ('until__gte', models.F('day')), _connector='OR'), name='appointment_period')],
            },
        ),
        migrations.CreateModel(
            name='Follow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('user_id', models.BigIntegerField(verbose_name='用户编号')),
                ('resource', models.CharField(max_length=60, verbose_name='列表')),
                ('target_type', models.CharField(max_length=100, verbose_name='对象类别')),
                ('target_id', models.CharField(max_length=40, verbose_name='对象编号')),
                ('title', models.CharField(max_length=200, verbose_name='名称')),
                ('org_path', models.TextField(db_collation='C', default='', verbose_name='组织路径')),
                ('seen_entry', models.BigIntegerField(default=0, verbose_name='已看到的日志编号')),
                ('at', models.DateTimeField(auto_now_add=True, verbose_name='关注时间')),
            ],
            options={
                'verbose_name': '关注',
                'indexes': [models.Index(fields=['org_path'], name='desk_follow_path')],
                'constraints': [models.UniqueConstraint(fields=('user_id', 'resource', 'target_id'), name='desk_follow_once')],
            },
        ),
        migrations.CreateModel(
            name='Notice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('org_path', models.TextField(db_collation='C', editable=False, verbose_name='组织路径')),
                ('city_id', models.BigIntegerField(editable=False, null=True, verbose_name='市级工会')),
                ('county_id', models.BigIntegerField(editable=False, null=True, verbose_name='县级工会')),
                ('title', models.CharField(max_length=80, verbose_name='标题')),
                ('body', models.TextField(max_length=20000, verbose_name='正文')),
                ('reach', models.CharField(choices=[('subtree', '本工会及所有下级'), ('own', '只限本工会')], default='subtree', max_length=8, verbose_name='发布范围')),
                ('roles', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=20, verbose_name='角色'), blank=True, default=list, size=None, verbose_name='阅读对象')),
                ('must_read', models.BooleanField(default=False, verbose_name='要求确认已阅')),
                ('pinned', models.BooleanField(default=False, verbose_name='置顶')),
                ('starts_on', models.DateField(verbose_name='开始日期')),
                ('ends_on', models.DateField(verbose_name='截止日期')),
                ('event_on', models.DateField(blank=True, null=True, verbose_name='事项日期')),
                ('state', models.CharField(choices=[('draft', '拟稿'), ('published', '已发布'), ('withdrawn', '已撤回'), ('expired', '已到期')], default='draft', max_length=9, verbose_name='状态')),
                ('drafted_by_id', models.BigIntegerField(null=True, verbose_name='拟稿人编号')),
                ('drafted_by', models.CharField(max_length=50, verbose_name='拟稿人')),
                ('drafted_at', models.DateTimeField(verbose_name='拟稿时间')),
                ('published_by', models.CharField(blank=True, max_length=50, verbose_name='发布人')),
                ('published_at', models.DateTimeField(null=True, verbose_name='发布时间')),
                ('ended_reason', models.CharField(blank=True, max_length=200, verbose_name='撤回理由')),
                ('urged_on', models.DateField(null=True, verbose_name='最近催阅日期')),
                ('version', models.PositiveIntegerField(default=1, verbose_name='版本')),
                ('union', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.union', verbose_name='所属工会')),
            ],
            options={
                'verbose_name': '公告',
                'indexes': [models.Index(fields=['org_path', '-id'], name='notice_path'), models.Index(condition=models.Q(('state', 'published')), fields=['org_path'], name='notice_open'), models.Index(condition=models.Q(('state', 'published')), fields=['ends_on'], name='notice_end')],
                'constraints': [models.CheckConstraint(condition=models.Q(('ends_on__gte', models.F('starts_on'))), name='notice_period')],
            },
        ),
        migrations.CreateModel(
            name='NoticeReading',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('user_id', models.BigIntegerField(verbose_name='用户编号')),
                ('read_at', models.DateTimeField(verbose_name='打开时间')),
                ('confirmed_at', models.DateTimeField(null=True, verbose_name='确认时间')),
                ('notice', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='readings', to='desk.notice', verbose_name='公告')),
            ],
            options={
                'verbose_name': '公告阅读',
                'indexes': [models.Index(fields=['user_id', 'notice'], name='notice_reading_user')],
                'constraints': [models.UniqueConstraint(fields=('notice', 'user_id'), name='notice_reading_once')],
            },
        ),
        migrations.CreateModel(
            name='RoleHabit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(max_length=20, verbose_name='角色')),
                ('function', models.CharField(max_length=120, verbose_name='功能')),
                ('users', models.PositiveIntegerField(verbose_name='使用人数')),
            ],
            options={
                'verbose_name': '角色常用功能',
                'constraints': [models.UniqueConstraint(fields=('role', 'function'), name='role_habit_once')],
            },
        ),
        migrations.CreateModel(
            name='Usage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('user_id', models.BigIntegerField(verbose_name='用户编号')),
                ('function', models.CharField(max_length=120, verbose_name='功能')),
                ('day', models.DateField(verbose_name='日期')),
                ('count', models.PositiveIntegerField(default=1, verbose_name='次数')),
            ],
            options={
                'verbose_name': '功能使用次数',
                'indexes': [models.Index(fields=['day'], name='usage_day')],
                'constraints': [models.UniqueConstraint(fields=('user_id', 'day', 'function'), name='usage_once')],
            },
        ),
    ]
