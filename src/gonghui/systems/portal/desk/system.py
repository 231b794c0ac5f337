"""B5.1 统一门户子系统."""

from gonghui.kernel.resource.declaration import Page, Served, System
from gonghui.systems.portal.desk.resources.notices import NOTICES

DESK = Page("工作台", "desk")
FUNCTIONS = Page("全部功能", "desk-functions")
TODOS = Page("待办", "todo")
SEARCH = Page("搜索", "search")
READING = Page("公告", "notices")
HABITS = Page("使用习惯", "desk-habits")

SYSTEM = System(
    code="B5.1",
    name="统一门户子系统",
    owner="办公室、网络工作部",
    chapter="办公门户",
    functions={
        "B5.1/1": Served(FUNCTIONS, "各系统的功能、待办、日程和外部系统集中在一处进入"),
        "B5.1/2": Served(DESK, "一个工作台：先看待办，再看公告、日程和关注，三步之内到达每个功能"),
        "B5.1/3": Served(HABITS, "按岗位和使用习惯显示内容，说明依据，可以关闭"),
        "B5.1/4": Served(DESK, "按角色默认、按习惯排列常用功能的个人工作台"),
        "B5.1/5": Served(SEARCH, "在权限范围内查找人员、工会、文件、功能、公告和待办"),
        "B5.1/p1": Served(TODOS, "各系统待办合一：计数、期限颜色、批量办理、转交、稍后提醒"),
        "B5.1/p2": Served(SEARCH, "全局搜索，按权限裁剪，边输入边提示"),
        "B5.1/p3": Served(DESK, "拖动或用按钮排列组件，角色默认，恢复默认，说明为何显示"),
        "B5.1/p4": Served(NOTICES, "公告：期限、范围、附件、确认已阅、阅读统计和催阅"),
    },
    resources=(NOTICES,),
    publishes=("cn.gonghui.notice",),
    menu=(NOTICES,),
)
