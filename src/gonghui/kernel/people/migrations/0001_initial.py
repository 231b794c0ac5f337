import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('org', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Membership',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('org_path', models.TextField(db_collation='C', editable=False, verbose_name='组织路径')),
                ('city_id', models.BigIntegerField(editable=False, null=True, verbose_name='市级工会')),
                ('county_id', models.BigIntegerField(editable=False, null=True, verbose_name='县级工会')),
                ('number', models.CharField(max_length=12, unique=True, verbose_name='会员号')),
                ('status', models.CharField(choices=[('active', '在籍'), ('retained', '保留会籍'), ('withdrawn', '退会'), ('expelled', '除名'), ('deceased', '已故'), ('merged', '已并档')], default='active', max_length=9, verbose_name='会籍状态')),
                ('joined_on', models.DateField(verbose_name='入会日期')),
                ('since', models.DateField(verbose_name='现状起')),
                ('cause', models.CharField(blank=True, max_length=20, verbose_name='变动原因')),
                ('name', models.CharField(db_collation='C', max_length=50, verbose_name='姓名')),
                ('name_tail', models.CharField(db_collation='C', editable=False, max_length=50, verbose_name='名')),
                ('sex', models.CharField(default='0', max_length=1, verbose_name='性别')),
                ('industry', models.CharField(blank=True, max_length=3, verbose_name='行业')),
                ('batch_id', models.BigIntegerField(editable=False, null=True, verbose_name='导入批次')),
                ('version', models.PositiveIntegerField(default=1, verbose_name='版本')),
                ('union', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.union', verbose_name='所属工会')),
            ],
            options={
                'verbose_name': '会籍',
            },
        ),
        migrations.CreateModel(
            name='NumberAlias',
            fields=[
                ('number', models.CharField(max_length=12, primary_key=True, serialize=False, verbose_name='会员号')),
                ('membership', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='aliases', to='people.membership', verbose_name='会籍')),
            ],
            options={
                'verbose_name': '会员号对照',
            },
        ),
        migrations.CreateModel(
            name='Person',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(db_collation='C', max_length=50, verbose_name='姓名')),
                ('sex', models.CharField(default='0', max_length=1, verbose_name='性别')),
                ('born_on', models.DateField(null=True, verbose_name='出生日期')),
                ('document_kind', models.CharField(default='resident_id', max_length=20, verbose_name='证件类型')),
                ('document_sealed', models.BinaryField(null=True, verbose_name='证件号码')),
                ('document_index', models.BinaryField(max_length=32, null=True, verbose_name='证件号码索引')),
                ('document_mask', models.CharField(blank=True, max_length=40, verbose_name='证件号码')),
                ('mobile_sealed', models.BinaryField(null=True, verbose_name='手机号码')),
                ('mobile_index', models.BinaryField(max_length=32, null=True, verbose_name='手机号码索引')),
                ('mobile_mask', models.CharField(blank=True, max_length=20, verbose_name='手机号码')),
                ('nationality', models.CharField(blank=True, max_length=2, verbose_name='民族')),
                ('education', models.CharField(blank=True, max_length=2, verbose_name='学历')),
                ('political_status', models.CharField(blank=True, max_length=2, verbose_name='政治面貌')),
                ('household', models.CharField(blank=True, max_length=2, verbose_name='户籍类型')),
                ('employment', models.CharField(blank=True, max_length=2, verbose_name='就业状态')),
                ('occupation', models.CharField(blank=True, max_length=7, verbose_name='职业')),
                ('org_path', models.TextField(db_collation='C', editable=False, verbose_name='组织路径')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='建档时间')),
                ('version', models.PositiveIntegerField(default=1, verbose_name='版本')),
                ('merged_into', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='absorbed', to='people.person', verbose_name='已并入')),
                ('union', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.union', verbose_name='档案所在工会')),
            ],
            options={
                'verbose_name': '人员',
                'indexes': [models.Index(fields=['org_path'], name='person_path'), models.Index(fields=['mobile_index'], name='person_mobile'), models.Index(condition=models.Q(('merged_into', None), _negated=True), fields=['merged_into'], name='person_merged')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('merged_into', None)), fields=('document_index',), name='person_document_once')],
            },
        ),
        migrations.AddField(
            model_name='membership',
            name='person',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to='people.person', verbose_name='人员'),
        ),
        migrations.CreateModel(
            name='PersonMerge',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('org_path', models.TextField(db_collation='C', editable=False, verbose_name='组织路径')),
                ('reason', models.TextField(verbose_name='合并依据')),
                ('moved', models.JSONField(default=dict, verbose_name='移动的记录')),
                ('before', models.JSONField(default=dict, verbose_name='合并前状态')),
                ('merged_at', models.DateTimeField(auto_now_add=True, verbose_name='合并时间')),
                ('merged_by_id', models.BigIntegerField(verbose_name='经办人')),
                ('undo_until', models.DateTimeField(verbose_name='可撤销至')),
                ('undone_at', models.DateTimeField(null=True, verbose_name='撤销时间')),
                ('undone_by_id', models.BigIntegerField(null=True, verbose_name='撤销人')),
                ('absorbed', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='merged_by', to='people.person', verbose_name='并入档案')),
                ('kept', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='merges', to='people.person', verbose_name='保留档案')),
            ],
            options={
                'verbose_name': '重复人员合并',
            },
        ),
        migrations.CreateModel(
            name='MembershipPast',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('org_path', models.TextField(db_collation='C', editable=False, verbose_name='组织路径')),
                ('city_id', models.BigIntegerField(editable=False, null=True, verbose_name='市级工会')),
                ('county_id', models.BigIntegerField(editable=False, null=True, verbose_name='县级工会')),
                ('person_id', models.BigIntegerField(verbose_name='人员')),
                ('status', models.CharField(choices=[('active', '在籍'), ('retained', '保留会籍'), ('withdrawn', '退会'), ('expelled', '除名'), ('deceased', '已故'), ('merged', '已并档')], max_length=9, verbose_name='会籍状态')),
                ('sex', models.CharField(default='0', max_length=1, verbose_name='性别')),
                ('industry', models.CharField(blank=True, max_length=3, verbose_name='行业')),
                ('valid_from', models.DateField(verbose_name='起')),
                ('valid_to', models.DateField(verbose_name='止')),
                ('cause', models.CharField(blank=True, max_length=20, verbose_name='变动原因')),
                ('note', models.TextField(blank=True, verbose_name='说明')),
                ('membership', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='past', to='people.membership', verbose_name='会籍')),
                ('union', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.union', verbose_name='所属工会')),
            ],
            options={
                'verbose_name': '会籍变动',
                'indexes': [models.Index(fields=['membership', 'valid_from'], name='past_membership'), models.Index(fields=['valid_to', 'valid_from'], name='past_period')],
                'constraints': [models.CheckConstraint(condition=models.Q(('valid_to__gte', models.F('valid_from'))), name='past_in_order')],
            },
        ),
        migrations.AddIndex(
            model_name='membership',
            index=models.Index(fields=['city_id', 'status', '-joined_on', '-id'], name='member_city'),
        ),
        migrations.AddIndex(
            model_name='membership',
            index=models.Index(fields=['county_id', 'status', '-joined_on', '-id'], name='member_county'),
        ),
        migrations.AddIndex(
            model_name='membership',
            index=models.Index(fields=['org_path'], name='member_path'),
        ),
        migrations.AddIndex(
            model_name='membership',
            index=models.Index(fields=['city_id', 'name'], name='member_name'),
        ),
        migrations.AddIndex(
            model_name='membership',
            index=models.Index(fields=['city_id', 'name_tail'], name='member_name_tail'),
        ),
        migrations.AddConstraint(
            model_name='membership',
            constraint=models.UniqueConstraint(condition=models.Q(('status', 'merged'), _negated=True), fields=('person',), name='membership_once'),
        ),
    ]
