"""Dated parameters of casework: terms and bounds that law or the province sets."""

from gonghui.kernel.codes.parameters import Parameter

ACCEPT_DAYS = Parameter("casework.accept_days", "告知是否受理的期限", "日", int)
FINISH_DAYS = Parameter("casework.finish_days", "办结期限", "日", int)
EXTENSION_DAYS = Parameter("casework.extension_days", "办结期限最长延长", "日", int)
REOPEN_DAYS = Parameter("casework.reopen_days", "重新办理期限", "日", int)
MOST_ROUNDS = Parameter("casework.most_rounds", "最多办理轮次", "次", int)
CLOSE_WORKDAYS = Parameter("casework.close_workdays", "答复后无评价自动办结", "工作日", int)
YELLOW_WORKDAYS = Parameter("casework.yellow_workdays", "黄灯提前量", "工作日", int)
COLLECTIVE_COMPLAINTS = Parameter("casework.collective_complaints", "集体事项起算来件数", "件", int)
PART_WORKDAYS = Parameter("casework.part_workdays", "协办反馈期限", "工作日", int)
ARTICLE_NOTICE_DAYS = Parameter("casework.article_notice_days", "知识条目到期提醒", "日", int)
