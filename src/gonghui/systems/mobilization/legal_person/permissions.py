"""Who may do what in C1.2: every permission of the system, with the roles that hold it.

A registering union's permissions are asked for at its own place; that somebody of a union above
does not act in its stead is a rule of the actions.
"""

from gonghui.kernel.access.roles import APPROVER, HANDLER, VIEWER, Permission

# Applications (登记申请)
VIEW_LEGAL = Permission("legal-applications.view", "查看法人登记申请", (HANDLER, APPROVER, VIEWER))
APPLY_LEGAL = Permission("legal-applications.apply", "办理本工会法人登记申请", (HANDLER,))
EXAMINE_LEGAL = Permission("legal-applications.examine", "受理和审查法人登记申请", (HANDLER,))
DECIDE_LEGAL = Permission("legal-applications.decide", "核准法人登记申请", (APPROVER,))
JUDGE_LEGAL = Permission("legal-applications.judge", "复核不予登记的决定", (APPROVER,))
REVEAL_LEGAL = Permission(
    "legal-applications.reveal", "查看法定代表人证件号码和联系电话", (HANDLER, APPROVER)
)
EXPORT_LEGAL = Permission("legal-applications.export", "导出法人登记申请", (APPROVER,))
LAPSE_LEGAL = Permission("legal-applications.lapse", "按逾期未补正办结（由平台办理）")

# The register (法人库)
VIEW_PERSONS = Permission("legal-persons.view", "查看工会法人", (HANDLER, APPROVER, VIEWER))
ENTER_PERSON = Permission("legal-persons.enter", "补录存量工会法人", (HANDLER,))
EXPORT_PERSONS = Permission("legal-persons.export", "导出工会法人", (APPROVER,))
REMIND_PERSON = Permission("legal-persons.remind", "换证提醒和信息比对（由平台办理）")

# Codes (赋码)
VIEW_CODES = Permission("union-codes.view", "查看赋码登记和赋码申请", (HANDLER, APPROVER, VIEWER))
KEEP_RANGES = Permission("union-codes.ranges", "备案赋码号段", (APPROVER,))
ASK_AGAIN = Permission("union-codes.ask", "重新申请赋码", (HANDLER,))
ALLOT_CODE = Permission("union-codes.allot", "登记外部平台赋予的代码（由平台办理）")

# Certificates (证书)
VIEW_CERTIFICATES = Permission(
    "certificates.view", "查看法人证书、证书纸和用印登记", (HANDLER, APPROVER, VIEWER)
)
STOCK_SHEETS = Permission("certificates.stock", "登记和作废证书纸", (HANDLER,))
PRINT_CERTIFICATE = Permission("certificates.print", "制作和打印法人证书", (HANDLER,))
SEAL_CERTIFICATE = Permission("certificates.seal", "批准法人证书用印", (APPROVER,))
ISSUE_CERTIFICATE = Permission("certificates.issue", "发放法人证书", (HANDLER,))
