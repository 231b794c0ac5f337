"""D08 统一用户管理子系统."""

from gonghui.kernel.config.declaring import Setting
from gonghui.kernel.resource.declaration import Interface, Page, Served, System
from gonghui.systems.foundation.users.permissions import (
    EXPLAIN,
    VIEW_REVIEWS,
    VIEW_SEPARATION,
    VIEW_STAFF,
)
from gonghui.systems.foundation.users.resources.grants import DELEGATIONS, GRANTS, PROPOSALS
from gonghui.systems.foundation.users.resources.posts import POST_TEMPLATES, POSTS, TENURES
from gonghui.systems.foundation.users.resources.provisioning import (
    ITEMS,
    RECEIPTS,
    RUNS,
    SOURCES,
    TARGETS,
    TOKENS,
)
from gonghui.systems.foundation.users.resources.reviews import REVIEW_ITEMS, REVIEWS
from gonghui.systems.foundation.users.resources.staff import STAFF, STAFF_CHANGES

LEFT_OVER = Page("待清理账号", "left-over", VIEW_STAFF)
WHY = Page("权限推演", "rights-find", EXPLAIN)
BOARDS = Page("授权复核表", "review-boards", VIEW_REVIEWS)
MINE = Page("我的权限", "rights-mine", help="能做什么、谁授予的；委托同事、申请变更本人信息")
THREE = Page("三员分立", "three-apart", VIEW_SEPARATION)

SYSTEM = System(
    code="D08",
    name="统一用户管理子系统",
    owner="网络工作部",
    chapter="基础软件",
    functions={
        "D08/1": Served(STAFF, "各系统共用一套用户：开通、邀请、导入、停用、恢复、注销、离任"),
        "D08/2": Served(GRANTS, "按工会子树授权，有期限、有依据，可延长、收回、委托"),
        "D08/3": Served(TARGETS, "权限推送：用户和权限的变化推送到其他系统，也接收推送进来的用户"),
        "D08/4": Served(Setting, "各系统的配置项在代码中声明，由统一配置读取，改后全平台生效"),
        "D08/5": Served(STAFF_CHANGES, "用户信息维护和本人申请变更"),
        "D08/6": Served(Setting.value, "统一配置存储：就近取值，省、市、县、工会四级"),
        "D08/p1": Served(TENURES, "入职、调动、离任权限随岗位；临时权限到期；三员分立"),
        "D08/p2": Served(WHY, "数据范围和权限推演：能看到什么、依据哪项授权、谁能看到"),
        "D08/p3": Served(REVIEWS, "授权复核、待清理账号；用户推送有回执、可重推、可核对"),
    },
    resources=(
        STAFF,
        STAFF_CHANGES,
        POSTS,
        POST_TEMPLATES,
        TENURES,
        GRANTS,
        PROPOSALS,
        DELEGATIONS,
        REVIEWS,
        REVIEW_ITEMS,
        SOURCES,
        TOKENS,
        TARGETS,
        ITEMS,
        RECEIPTS,
        RUNS,
    ),
    menu=(
        STAFF,
        STAFF_CHANGES,
        POSTS,
        POST_TEMPLATES,
        TENURES,
        LEFT_OVER,
        GRANTS,
        PROPOSALS,
        DELEGATIONS,
        WHY,
        BOARDS,
        REVIEWS,
        THREE,
        MINE,
        SOURCES,
        TARGETS,
        ITEMS,
        RECEIPTS,
        RUNS,
    ),
    interfaces=(
        Interface("api/v1/rights/{user_id}/", "一个用户能看到什么、依据是什么"),
        Interface("scim/v2/", "用户和权限推送", "SCIM 2.0（RFC 7643、RFC 7644）"),
    ),
    publishes=("cn.gonghui.users", "cn.gonghui.pushing"),
    subscribes=(
        "cn.gonghui.users",
        "cn.gonghui.pushing",
        "cn.gonghui.rights",
        "cn.gonghui.security",
    ),
)
