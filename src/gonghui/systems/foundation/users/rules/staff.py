"""Staff: which states allow what, which accounts are left over, what a user may ask to change."""

from __future__ import annotations

from datetime import date, timedelta

from gonghui.kernel.base.errors import Conflict

INVITED, ACTIVE, SUSPENDED, LEFT, CLOSED = "invited", "active", "suspended", "left", "closed"
ALLOWED = {
    "invite": {INVITED},
    "suspend": {INVITED, ACTIVE},
    "reopen": {SUSPENDED},
    "close": {INVITED, ACTIVE, SUSPENDED, LEFT},
    "reset": {INVITED, ACTIVE},
    "appoint": {INVITED, ACTIVE},
    "leave": {INVITED, ACTIVE, SUSPENDED},
    "return": {LEFT},
    "amend": {INVITED, ACTIVE, SUSPENDED},
}
WORDS = {
    INVITED: "待激活",
    ACTIVE: "正常",
    SUSPENDED: "已停用",
    LEFT: "已离任",
    CLOSED: "已注销",
}
FIELDS = {"name": "姓名", "number": "工号", "department": "部门", "title": "职务"}
"""What a user may ask to have changed in the own record."""

NO_POST, NO_GRANT, NEVER, IDLE, UNION_GONE = "no_post", "no_grant", "never", "idle", "union_gone"
REASONS = {
    NO_POST: "没有岗位",
    NO_GRANT: "没有权限",
    NEVER: "从未登录",
    IDLE: "长期未登录",
    UNION_GONE: "所属工会已撤并",
}
CLEANING = "GB/T 22239-2019 8.1.4.2：及时删除或停用多余的、过期的账户，避免共享账户的存在"


def check_state(verb: str, state: str) -> None:
    """Raise Conflict when a user in this state cannot be treated so."""
    if state not in ALLOWED[verb]:
        raise Conflict(
            f"该用户{WORDS[state]}，不能这样办理。", remedy="请刷新后查看用户的当前状态。"
        )


def orphaned(
    *,
    posts: int,
    grants: int,
    last_login: date | None,
    opened_on: date,
    union_active: bool,
    today: date,
    idle_days: int,
) -> list[str]:
    """Why an account looks left over, in the order of REASONS; nothing for one in use.

    A new account has `idle_days` to sign in for the first time.
    """
    since = today - timedelta(days=idle_days)
    found = []
    if not posts:
        found.append(NO_POST)
    if not grants:
        found.append(NO_GRANT)
    if last_login is None and opened_on < since:
        found.append(NEVER)
    if last_login is not None and last_login < since:
        found.append(IDLE)
    if not union_active:
        found.append(UNION_GONE)
    # A person without a post who works by a grant of their own is not left over, nor the reverse.
    if found in ([NO_POST], [NO_GRANT]):
        return []
    return found
