"""Who may do what in D09 and the plan tracker."""

from gonghui.kernel.access.roles import (
    APPROVER,
    AUDITOR,
    HANDLER,
    SECURITY_ADMIN,
    SYSTEM_ADMIN,
    VIEWER,
    Permission,
)

CADRES = (HANDLER, APPROVER, VIEWER, SYSTEM_ADMIN, SECURITY_ADMIN, AUDITOR)

# Register
VIEW_SERVICES = Permission("services.view", "查看系统登记和关系图", CADRES)
REGISTER = Permission("services.register", "登记和变更系统", (HANDLER, SYSTEM_ADMIN))
REVIEW = Permission("services.review", "审核下级登记的系统", (SYSTEM_ADMIN,))
RETIRE = Permission("services.retire", "停用和退役系统", (SYSTEM_ADMIN,))
GUARDED = Permission("services.guarded", "查看和登记合同、等级保护情况", (SYSTEM_ADMIN,))
IMPORT_SERVICES = Permission("services.import", "导入系统登记", (SYSTEM_ADMIN,))
EXPORT_SERVICES = Permission("services.export", "导出系统登记", (APPROVER, SYSTEM_ADMIN))

# Findings
VIEW_FINDINGS = Permission(
    "service-findings.view",
    "查看登记与实际的差异",
    (SYSTEM_ADMIN, SECURITY_ADMIN, AUDITOR),
)
SETTLE_FINDINGS = Permission("service-findings.settle", "处置登记与实际的差异", (SYSTEM_ADMIN,))

# Plan
VIEW_PLAN = Permission("plan.view", "查看计划落实情况", CADRES)
