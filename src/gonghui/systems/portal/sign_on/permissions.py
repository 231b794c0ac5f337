"""Who may do what in B5.2: every permission of the system, with the roles that hold it."""

from gonghui.kernel.access.roles import (
    ADMINISTRATORS,
    AUDITOR,
    SECURITY_ADMIN,
    SYSTEM_ADMIN,
    Permission,
)

# Outside applications: one administrator keeps them, another decides on them.
VIEW_APPLICATIONS = Permission("applications.view", "查看外部应用", ADMINISTRATORS)
MAINTAIN_APPLICATIONS = Permission("applications.maintain", "登记和维护外部应用", (SYSTEM_ADMIN,))
DECIDE_APPLICATIONS = Permission(
    "applications.decide", "批准、复核和暂停外部应用", (SECURITY_ADMIN,)
)
EXPORT_APPLICATIONS = Permission("applications.export", "导出外部应用", (AUDITOR,))

# Keys that sign tokens
VIEW_SIGNING_KEYS = Permission("signing-keys.view", "查看签名密钥", ADMINISTRATORS)
ROTATE_SIGNING_KEYS = Permission("signing-keys.rotate", "更换签名密钥", (SECURITY_ADMIN,))

# Sign-ons at outside applications, and the record of signing in
VIEW_SIGN_ONS = Permission("sign-ons.view", "查看单点登录记录", (SECURITY_ADMIN, AUDITOR))
END_SIGN_ONS = Permission("sign-ons.end", "结束会话、收回令牌", (SECURITY_ADMIN,))
EXPORT_SIGN_ONS = Permission("sign-ons.export", "导出单点登录记录", (AUDITOR,))
VIEW_SIGN_INS = Permission("sign-ins.view", "查看登录记录", (SECURITY_ADMIN, AUDITOR))
EXPORT_SIGN_INS = Permission("sign-ins.export", "导出登录记录", (AUDITOR,))

# Everybody's own
CONSENT = Permission("consents.give", "同意和撤回本人对应用的授权", open=True)
