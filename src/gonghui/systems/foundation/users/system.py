"""D08 统一用户管理子系统."""

from gonghui.kernel.resource.declaration import System

SYSTEM = System(
    code="D08",
    name="统一用户管理子系统",
    owner="网络工作部",
    chapter="基础软件",
    functions={},
    open_functions={
        "D08/1": "账号尚未接入",
        "D08/2": "授权尚未接入",
        "D08/3": "权限推送尚未接入",
        "D08/4": "配置管理尚未接入",
        "D08/5": "用户信息尚未接入",
        "D08/6": "统一配置尚未接入",
        "D08/p1": "入转离尚未接入",
        "D08/p2": "权限推演尚未接入",
        "D08/p3": "授权复核尚未接入",
    },
)
