"""Who signs in to the demo: accounts, their names, roles and unions. Needs no database."""

from __future__ import annotations

from typing import NamedTuple

PASSWORD = "Huishang-12351"

FIRM = "安徽徽泰智能装备有限公司工会委员会"
FIRM_UNIT = "安徽徽泰智能装备有限公司"
STREET = "合肥市蜀山区井岗镇总工会"
PROVINCE = "安徽省总工会"
HEFEI, SHUSHAN, LUYANG, JINGHU = "340100", "340104", "340103", "340202"
MILL = "芜湖赭山纺织有限公司工会委员会"
MERGED = "合肥井岗五金制品厂工会委员会"
COURIERS = "合肥市蜀山区快递行业工会联合会"
RIDERS = "合肥市蜀山区网约送餐行业工会联合会"


class Account(NamedTuple):
    """An account of the demo.

    union: the name of a union, or the region code of a city or county union. roles: codes of
    kernel/access. person: whether it is bound to a member of that union. listed: whether it is
    shown to who starts the demo.
    """

    username: str
    name: str
    sex: str
    role: str
    union: str
    roles: tuple[str, ...]
    hint: str
    person: bool = False
    listed: bool = True


ACCOUNTS = (
    Account(
        "anhui-jingban",
        "程立新",
        "1",
        "省总工会经办人",
        PROVINCE,
        ("handler",),
        "看全省普查看板，向各市分解任务、催办；查询全省会员",
    ),
    Account(
        "anhui-shenpi",
        "汪海燕",
        "2",
        "省总工会审批人",
        PROVINCE,
        ("approver",),
        "督办提级后仍超期的转会，启动普查，导出全省名册",
    ),
    Account(
        "anhui-hegao",
        "班俊杰",
        "1",
        "省总工会办公室核稿",
        PROVINCE,
        ("handler",),
        "核稿、承办督办事项",
        False,
        False,
    ),
    Account(
        "anhui-zuzhi",
        "宣丽华",
        "2",
        "省总工会组织部",
        PROVINCE,
        ("handler",),
        "会签公文、承办收文",
        False,
        False,
    ),
    Account(
        "anhui-quanyi",
        "汤建国",
        "1",
        "省总工会权益保障部",
        PROVINCE,
        ("handler",),
        "会签公文、承办收文",
        False,
        False,
    ),
    Account(
        "hefei-shizong",
        "方志远",
        "1",
        "合肥市总工会（经办、审批）",
        HEFEI,
        ("handler", "approver", "viewer"),
        "审批蜀山区总工会的变更申请，代为办理超期转会",
    ),
    Account(
        "shushan-quzong",
        "许若兰",
        "2",
        "合肥市蜀山区总工会（经办、审批）",
        SHUSHAN,
        ("handler", "approver"),
        "分派周转池中的入会申请，批量导入会员，看换届日历",
    ),
    Account(
        "shushan-shencha",
        "苗春生",
        "1",
        "合肥市蜀山区总工会（法人登记审查）",
        SHUSHAN,
        ("handler",),
        "受理和审查工会法人登记，打印和发放证书",
    ),
    Account(
        "jinggang-zhenzong",
        "束文斌",
        "1",
        "井岗镇总工会（经办、审批）",
        STREET,
        ("handler", "approver"),
        "审批下级工会的变更申请和申诉，看本镇的工会和会员",
    ),
    Account(
        "jiceng-jingban",
        "储晓燕",
        "2",
        "基层工会经办人",
        FIRM,
        ("handler",),
        "代职工录入入会申请、提出转会、办理退休保留会籍",
        True,
    ),
    Account(
        "jiceng-shenpi",
        "占国强",
        "1",
        "基层工会审批人（主席）",
        FIRM,
        ("approver",),
        "在待办中审批入会和转会申请",
        True,
    ),
    Account(
        "jinghu-quzong",
        "夏侯俊",
        "1",
        "芜湖市镜湖区总工会（经办、审批）",
        JINGHU,
        ("handler", "approver"),
        "接收转入的会员；试着打开合肥的记录地址，会被拒绝",
    ),
    Account(
        "mianfang-shenpi",
        "疏秀兰",
        "2",
        "芜湖赭山纺织公司工会审批人",
        MILL,
        ("handler", "approver"),
        "办理与合肥之间的转会",
        True,
        False,
    ),
    Account(
        "luyang-quzong",
        "左明辉",
        "1",
        "合肥市庐阳区总工会经办人",
        LUYANG,
        ("handler",),
        "提交变更申请",
        False,
        False,
    ),
    Account(
        "anhui-xitong",
        "葛长青",
        "1",
        "省总工会系统管理员",
        PROVINCE,
        ("system_admin",),
        "开通账号，设立岗位模板，修改全省配置；不能授权，看不到日志和个人信息",
    ),
    Account(
        "anhui-anquan",
        "柏静怡",
        "2",
        "省总工会安全管理员",
        PROVINCE,
        ("security_admin",),
        "授权和复核，批准重要配置的变更，查看安全事件",
    ),
    Account(
        "anhui-anquan-b",
        "蔺子衿",
        "2",
        "省总工会安全管理员（第二人）",
        PROVINCE,
        ("security_admin",),
        "确认另一名安全管理员提请的省级管理员授权",
    ),
    Account(
        "hefei-xitong",
        "时文涛",
        "1",
        "合肥市总工会系统管理员",
        HEFEI,
        ("system_admin",),
        "开通合肥市的账号，办理任职、调动、离任，修改合肥市的配置",
    ),
    Account(
        "hefei-anquan",
        "诸葛云",
        "1",
        "合肥市总工会安全管理员",
        HEFEI,
        ("security_admin",),
        "授权、收回和复核合肥市的权限，推演谁能看到什么",
    ),
    Account(
        "anhui-shenji",
        "操正平",
        "1",
        "省总工会审计管理员",
        PROVINCE,
        ("auditor",),
        "查看操作日志；看不到个人信息，也不能办理业务",
    ),
    Account(
        "huiyuan",
        "查雨桐",
        "2",
        "职工（已是会员）",
        FIRM,
        (),
        "用手机看会员卡和转会进度，支持和提出心愿",
        True,
    ),
    Account(
        "zhigong",
        "桂浩然",
        "1",
        "职工（还不是会员）",
        SHUSHAN,
        (),
        "用手机申请入会，查询进度",
        True,
    ),
    Account(
        "luyang-shenpi",
        "鲍文静",
        "2",
        "合肥市庐阳区总工会审批人",
        LUYANG,
        ("approver",),
        "按两级审批的流程办理入会申请，退回和复核都看得到经过",
        False,
        False,
    ),
)

SIGN_INS = [
    (account.role, account.username, PASSWORD, account.hint)
    for account in ACCOUNTS
    if account.listed
]
