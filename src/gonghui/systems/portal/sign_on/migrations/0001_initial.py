import django.db.models.deletion
import gonghui.systems.portal.sign_on.models.applications
import gonghui.systems.portal.sign_on.models.consents
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('allauth_idp_oidc', '0003_client_allow_uri_wildcards'),
        ('identity', '__first__'),
        ('org', '0001_initial'),
        ('security', '0002_append_only'),
    ]

    operations = [
        migrations.CreateModel(
            name='SignInEvent',
            fields=[
            ],
            options={
                'verbose_name': '登录记录',
                'proxy': True,
                'indexes': [],
                'constraints': [],
            },
            bases=('security.securityevent',),
        ),
        migrations.CreateModel(
            name='Application',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('org_path', models.TextField(db_collation='C', editable=False, verbose_name='组织路径')),
                ('city_id', models.BigIntegerField(editable=False, null=True, verbose_name='市级工会')),
                ('county_id', models.BigIntegerField(editable=False, null=True, verbose_name='县级工会')),
                ('title', models.CharField(max_length=60, verbose_name='名称')),
                ('purpose', models.CharField(max_length=500, verbose_name='用途')),
                ('kind', models.CharField(choices=[('web', '网站（OIDC，有后台）'), ('native', '手机或桌面应用、纯前端网页（OIDC，无后台）'), ('device', '一体机、大屏等设备（OIDC 设备码）'), ('cas', '旧系统（CAS）')], max_length=8, verbose_name='接入方式')),
                ('audience', models.CharField(choices=[('cadres', '工会干部'), ('everybody', '全部用户')], default='cadres', max_length=10, verbose_name='使用人员')),
                ('contact_name', models.CharField(max_length=50, verbose_name='联系人')),
                ('contact_phone', models.CharField(max_length=20, verbose_name='联系电话')),
                ('home_url', models.CharField(blank=True, max_length=500, verbose_name='首页地址')),
                ('icon', models.CharField(default='external-link', max_length=40, verbose_name='图标')),
                ('redirect_uris', models.JSONField(default=list, verbose_name='回调地址')),
                ('post_logout_uris', models.JSONField(default=list, verbose_name='退出后返回地址')),
                ('logout_uri', models.CharField(blank=True, max_length=500, verbose_name='退出通知地址')),
                ('scopes', models.JSONField(default=list, verbose_name='授权范围')),
                ('requested_trust', models.CharField(choices=[('outside', '外部'), ('trusted', '可信（可得完整手机号）'), ('first_party', '自有（可信，且不再询问本人）')], default='outside', max_length=12, verbose_name='申请的信任级别')),
                ('trust', models.CharField(choices=[('outside', '外部'), ('trusted', '可信（可得完整手机号）'), ('first_party', '自有（可信，且不再询问本人）')], default='outside', max_length=12, verbose_name='信任级别')),
                ('state', models.CharField(choices=[('draft', '草稿'), ('submitted', '待批准'), ('active', '启用'), ('suspended', '暂停'), ('retired', '已注销')], default='draft', max_length=10, verbose_name='状态')),
                ('client_id', models.CharField(default=gonghui.systems.portal.sign_on.models.applications.new_client_id, editable=False, max_length=40, unique=True, verbose_name='应用编号')),
                ('secret_hash', models.CharField(blank=True, max_length=64, verbose_name='密钥摘要')),
                ('former_hash', models.CharField(blank=True, max_length=64, verbose_name='原密钥摘要')),
                ('former_until', models.DateTimeField(null=True, verbose_name='原密钥有效期至')),
                ('registered_by_id', models.BigIntegerField(verbose_name='登记人')),
                ('maintained_by', models.JSONField(default=list, verbose_name='登记和修改人')),
                ('approved_by_id', models.BigIntegerField(null=True, verbose_name='批准人')),
                ('approved_at', models.DateTimeField(null=True, verbose_name='批准时间')),
                ('review_due', models.DateField(null=True, verbose_name='复核期限')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='登记时间')),
                ('version', models.PositiveIntegerField(default=1, verbose_name='版本')),
                ('oidc', models.OneToOneField(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='application', to='allauth_idp_oidc.client', verbose_name='协议登记')),
                ('union', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.union', verbose_name='所属工会')),
            ],
            options={
                'verbose_name': '外部应用',
                'indexes': [models.Index(fields=['org_path'], name='application_path'), models.Index(fields=['review_due'], name='application_review')],
            },
        ),
        migrations.CreateModel(
            name='Consent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('scopes', models.JSONField(verbose_name='授权范围')),
                ('given_at', models.DateTimeField(auto_now=True, verbose_name='同意时间')),
                ('withdrawn_at', models.DateTimeField(null=True, verbose_name='撤回时间')),
                ('application', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='consents', to='sign_on.application', verbose_name='应用')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='用户')),
            ],
            options={
                'verbose_name': '应用授权',
                'constraints': [models.UniqueConstraint(condition=models.Q(('withdrawn_at', None)), fields=('user', 'application'), name='consent_once')],
            },
        ),
        migrations.CreateModel(
            name='DeviceRequest',
            fields=[
                ('digest', models.CharField(max_length=64, primary_key=True, serialize=False, verbose_name='设备码摘要')),
                ('user_code', models.CharField(max_length=64, unique=True, verbose_name='用户码摘要')),
                ('scopes', models.JSONField(verbose_name='授权范围')),
                ('state', models.CharField(choices=[('waiting', '待确认'), ('granted', '已同意'), ('denied', '已拒绝'), ('used', '已使用')], default='waiting', max_length=8, verbose_name='状态')),
                ('verified_at', models.DateTimeField(null=True, verbose_name='验证身份时间')),
                ('ip', models.CharField(blank=True, max_length=45, verbose_name='设备地址')),
                ('interval', models.PositiveIntegerField(default=5, verbose_name='轮询间隔')),
                ('polled_at', models.DateTimeField(null=True, verbose_name='最近轮询')),
                ('expires_at', models.DateTimeField(db_index=True, verbose_name='有效期至')),
                ('application', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='sign_on.application', verbose_name='应用')),
                ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='用户')),
            ],
            options={
                'verbose_name': '设备登录申请',
            },
        ),
        migrations.CreateModel(
            name='SigningKey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kid', models.CharField(max_length=64, unique=True, verbose_name='编号')),
                ('sealed', models.BinaryField(verbose_name='加密私钥')),
                ('public', models.JSONField(verbose_name='公钥')),
                ('state', models.CharField(choices=[('next', '备用'), ('active', '使用中'), ('retired', '已停用')], default='next', max_length=8, verbose_name='状态')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='生成时间')),
                ('activated_at', models.DateTimeField(null=True, verbose_name='启用时间')),
                ('retired_at', models.DateTimeField(null=True, verbose_name='停用时间')),
                ('expires_at', models.DateTimeField(null=True, verbose_name='不再公布时间')),
            ],
            options={
                'verbose_name': '签名密钥',
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'active')), fields=('state',), name='signing_key_active'), models.UniqueConstraint(condition=models.Q(('state', 'next')), fields=('state',), name='signing_key_next')],
            },
        ),
        migrations.CreateModel(
            name='SignOn',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('org_path', models.TextField(db_collation='C', editable=False, verbose_name='组织路径')),
                ('city_id', models.BigIntegerField(editable=False, null=True, verbose_name='市级工会')),
                ('county_id', models.BigIntegerField(editable=False, null=True, verbose_name='县级工会')),
                ('user_name', models.CharField(max_length=50, verbose_name='姓名')),
                ('way', models.CharField(choices=[('code', '网页登录'), ('device', '设备登录'), ('cas', 'CAS 登录')], max_length=6, verbose_name='方式')),
                ('sid', models.CharField(blank=True, max_length=80, verbose_name='会话')),
                ('ticket', models.CharField(blank=True, max_length=120, verbose_name='票据')),
                ('service', models.CharField(blank=True, max_length=2000, verbose_name='服务地址')),
                ('issuer', models.CharField(max_length=200, verbose_name='签发方')),
                ('scopes', models.JSONField(default=list, verbose_name='授权范围')),
                ('ip', models.CharField(blank=True, max_length=45, verbose_name='来源地址')),
                ('verified_at', models.DateTimeField(verbose_name='验证身份时间')),
                ('at', models.DateTimeField(auto_now_add=True, verbose_name='时间')),
                ('last_at', models.DateTimeField(auto_now_add=True, verbose_name='最近使用')),
                ('expires_at', models.DateTimeField(verbose_name='有效期至')),
                ('ended_at', models.DateTimeField(null=True, verbose_name='结束时间')),
                ('end_reason', models.CharField(blank=True, max_length=200, verbose_name='结束原因')),
                ('application', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='sign_ons', to='sign_on.application', verbose_name='应用')),
                ('union', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.union', verbose_name='所属工会')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='用户')),
            ],
            options={
                'verbose_name': '单点登录记录',
                'indexes': [models.Index(fields=['org_path', '-id'], name='sign_on_path'), models.Index(condition=models.Q(('sid', ''), _negated=True), fields=['sid'], name='sign_on_sid'), models.Index(fields=['user', 'application'], name='sign_on_user')],
            },
        ),
        migrations.CreateModel(
            name='LogoutNotice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('waiting', '待送达'), ('delivered', '已送达'), ('refused', '对方拒收'), ('failed', '未送达')], default='waiting', max_length=9, verbose_name='状态')),
                ('attempts', models.PositiveSmallIntegerField(default=0, verbose_name='次数')),
                ('answer', models.CharField(blank=True, max_length=200, verbose_name='回执')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='生成时间')),
                ('settled_at', models.DateTimeField(null=True, verbose_name='送达时间')),
                ('sign_on', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='notice', to='sign_on.signon', verbose_name='登录')),
            ],
            options={
                'verbose_name': '退出通知',
            },
        ),
        migrations.CreateModel(
            name='Code',
            fields=[
                ('digest', models.CharField(max_length=64, primary_key=True, serialize=False, verbose_name='摘要')),
                ('redirect_uri', models.CharField(max_length=500, verbose_name='回调地址')),
                ('challenge', models.CharField(max_length=128, verbose_name='校验码摘要')),
                ('nonce', models.CharField(blank=True, max_length=500, verbose_name='随机数')),
                ('expires_at', models.DateTimeField(db_index=True, verbose_name='有效期至')),
                ('used_at', models.DateTimeField(null=True, verbose_name='使用时间')),
                ('sign_on', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='sign_on.signon', verbose_name='登录')),
            ],
            options={
                'verbose_name': '授权码',
            },
        ),
        migrations.CreateModel(
            name='Subject',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('value', models.CharField(default=gonghui.systems.portal.sign_on.models.consents.new_subject, max_length=32, unique=True, verbose_name='对外编号')),
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='用户')),
            ],
            options={
                'verbose_name': '对外身份编号',
            },
        ),
        migrations.CreateModel(
            name='Ticket',
            fields=[
                ('digest', models.CharField(max_length=64, primary_key=True, serialize=False, verbose_name='摘要')),
                ('service', models.CharField(max_length=2000, verbose_name='服务地址')),
                ('fresh', models.BooleanField(default=False, verbose_name='刚输入过凭证')),
                ('expires_at', models.DateTimeField(db_index=True, verbose_name='有效期至')),
                ('used_at', models.DateTimeField(null=True, verbose_name='使用时间')),
                ('sign_on', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='sign_on.signon', verbose_name='登录')),
            ],
            options={
                'verbose_name': '服务票据',
            },
        ),
        migrations.CreateModel(
            name='TokenLink',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('used_at', models.DateTimeField(null=True, verbose_name='使用时间')),
                ('sign_on', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='links', to='sign_on.signon', verbose_name='登录')),
                ('token', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='link', to='allauth_idp_oidc.token', verbose_name='令牌')),
            ],
            options={
                'verbose_name': '令牌归属',
            },
        ),
    ]
