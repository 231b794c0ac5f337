"""Dated parameters of C4.5: terms and bounds with their source, in kernel/codes/data."""

from gonghui.kernel.codes.parameters import Parameter

ACCEPT_WORKDAYS = Parameter("feedback.accept_workdays", "12351 来件受理期限", "工作日", int)
TAKE_WORKDAYS = Parameter("feedback.take_workdays", "12351 来件签收期限", "工作日", int)
COMMON_WORKDAYS = Parameter("feedback.common_workdays", "一般事项办结期限", "工作日", int)
HARD_WORKDAYS = Parameter("feedback.hard_workdays", "难点事项办结期限", "工作日", int)
COMPLEX_WORKDAYS = Parameter("feedback.complex_workdays", "特别复杂事项办结期限", "工作日", int)
EXTENSION_WORKDAYS = Parameter("feedback.extension_workdays", "12351 来件最长延长", "工作日", int)
CALL_BACK_WORKDAYS = Parameter("feedback.call_back_workdays", "答复后回访期限", "工作日", int)
ALERT_DEPARTMENT = Parameter("feedback.alert_department", "集体事项提示部门负责人", "人", int)
ALERT_LEADER = Parameter("feedback.alert_leader", "集体事项报分管领导", "人", int)
ALERT_PRINCIPAL = Parameter("feedback.alert_principal", "集体事项报主要领导", "人", int)
APPEAL_DAYS = Parameter("feedback.appeal_days", "申请复查、复核的期限", "日", int)
REVIEW_DAYS = Parameter("feedback.review_days", "复查期限", "日", int)
RECHECK_DAYS = Parameter("feedback.recheck_days", "复核期限", "日", int)
ANSWER_SECONDS = Parameter("feedback.answer_seconds", "及时接听的振铃时长", "秒", int)
SURVEY_LEAST = Parameter("feedback.survey_least", "匿名问卷出结果的最少份数", "份", int)
