"""B5.2 单点登录子系统."""

from gonghui.kernel.identity.views import account, proofs, signing
from gonghui.kernel.resource.declaration import Interface, Page, Served, System
from gonghui.kernel.resource.services import PAPERS, WORKERS, Guide, Level, Service
from gonghui.systems.portal.sign_on.api.authorizing import authorize
from gonghui.systems.portal.sign_on.permissions import END_SIGN_ONS, VIEW_SIGNING_KEYS
from gonghui.systems.portal.sign_on.public import launchable
from gonghui.systems.portal.sign_on.resources.applications import APPLICATIONS
from gonghui.systems.portal.sign_on.resources.sign_ons import SIGN_INS, SIGN_ONS

KEYS = Page("签名密钥", "sign-on-keys", VIEW_SIGNING_KEYS)
PEOPLE = Page("用户会话", "sign-on-people", END_SIGN_ONS)
MINE = Page("我授权的应用", "sign-on-mine", icon="lock", help="看哪些系统能用您的信息，随时撤回")

GRANTED = Service(
    "granted-applications",
    "我授权的应用",
    (PAPERS,),
    Guide(
        "看哪些系统经您同意能用您的信息，随时撤回。",
        time_limit="当时生效",
        handled_by="本人办理",
    ),
    who=WORKERS,
    start=MINE,
    level=Level.ACCOUNT,
    keywords=("授权", "撤回授权", "个人信息"),
    icon="lock",
    help="看哪些系统能用您的信息",
)

SYSTEM = System(
    code="B5.2",
    name="单点登录子系统",
    owner="办公室、网络工作部",
    chapter="统一门户",
    functions={
        "B5.2/1": Served(signing.sign_in, "全省统一认证：一处登录，多种方式"),
        "B5.2/2": Served(authorize, "一个账号进入已登记的各应用、系统和网站"),
        "B5.2/3": Served(launchable, "从工作台打开外部系统，不再输入密码"),
        "B5.2/p1": Served(APPLICATIONS, "外部应用登记（OIDC、CAS），授权页由本人同意"),
        "B5.2/p2": Served(proofs.overview, "多因素验证、敏感操作再次验证、登录设备列表、单点退出"),
        "B5.2/p3": Served(
            account.overview, "失败锁定、风险图形验证、口令规则和弱口令库、上次登录提示"
        ),
        "B5.2/p4": Served(SIGN_INS, "登录记录查询导出，管理员结束会话、收回令牌"),
    },
    resources=(APPLICATIONS, SIGN_ONS, SIGN_INS),
    menu=(APPLICATIONS, SIGN_ONS, SIGN_INS, PEOPLE, KEYS, MINE),
    hall=(MINE,),
    services=(GRANTED,),
    interfaces=(
        Interface("sso/", "统一认证", "OpenID Connect 1.0、OAuth 2.0"),
        Interface(".well-known/", "统一认证的发现文档", "RFC 8414", public=True),
        Interface("cas/", "旧系统单点登录", "CAS 3.0"),
    ),
    publishes=("cn.gonghui.sign_on",),
    subscribes=("cn.gonghui.sign_on",),
    outside=("接入应用",),
)
