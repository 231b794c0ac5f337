"""Dated parameters of the calculators and of consultation: figures that law or a place sets."""

from decimal import Decimal

from gonghui.kernel.codes.parameters import Parameter

# Pay
PAY_DAYS = Parameter("law.pay_days", "月计薪天数", "天", Decimal)
DAY_HOURS = Parameter("law.day_hours", "每日标准工作时间", "小时", Decimal)
OVERTIME_WORKDAY = Parameter("law.overtime_workday", "延长工作时间的工资报酬", "%", Decimal)
OVERTIME_REST = Parameter("law.overtime_rest", "休息日加班的工资报酬", "%", Decimal)
OVERTIME_HOLIDAY = Parameter("law.overtime_holiday", "法定休假日加班的工资报酬", "%", Decimal)
OVERTIME_MOST = Parameter("law.overtime_most", "每月延长工作时间上限", "小时", Decimal)
MINIMUM_WAGE = Parameter("law.minimum_wage", "月最低工资标准", "元", Decimal)
MINIMUM_WAGES = Parameter("law.minimum_wages", "月最低工资标准（第一档至第四档）", "元", list)
AVERAGE_WAGE = Parameter("law.average_wage", "上年度职工月平均工资", "元", Decimal)

# Severance and double wage
CAP_TIMES = Parameter("law.severance_cap_times", "经济补偿月工资封顶倍数", "倍", Decimal)
CAP_YEARS = Parameter("law.severance_cap_years", "经济补偿封顶年限", "年", Decimal)
DAMAGES_TIMES = Parameter("law.damages_times", "违法解除赔偿金倍数", "倍", Decimal)
CONTRACT_MONTHS = Parameter("law.contract_months", "订立书面劳动合同的宽限期", "月", int)
DOUBLE_MONTHS = Parameter("law.double_months", "二倍工资最长支付月数", "月", int)

# Injury at work
LUMP_MONTHS = Parameter("law.injury_lump_months", "一次性伤残补助金（一级至十级）", "月", list)
PENSION_PERCENT = Parameter("law.injury_pension_percent", "伤残津贴（一级至六级）", "%", list)
CARE_PERCENT = Parameter("law.injury_care_percent", "生活护理费（完全、大部分、部分）", "%", list)
INJURY_LEAST = Parameter("law.injury_least_percent", "本人工资下限", "%", Decimal)
INJURY_MOST = Parameter("law.injury_most_percent", "本人工资上限", "%", Decimal)
MEDICAL_MONTHS = Parameter(
    "law.injury_medical_months", "一次性工伤医疗补助金（五级至十级）", "月", list
)
JOB_MONTHS = Parameter("law.injury_job_months", "一次性伤残就业补助金（五级至十级）", "月", list)
FUNERAL_MONTHS = Parameter("law.funeral_months", "丧葬补助金", "月", int)
DEATH_TIMES = Parameter("law.death_times", "一次性工亡补助金倍数", "倍", int)
DEPENDANT_PERCENT = Parameter(
    "law.injury_dependant_percent",
    "供养亲属抚恤金（配偶、其他亲属、孤寡老人或者孤儿增加）",
    "%",
    list,
)
URBAN_INCOME = Parameter("law.urban_income", "上年度全国城镇居民人均可支配收入", "元", Decimal)

# Annual leave
LEAVE_TIERS = Parameter("law.leave_tiers", "年休假（工作年限、天数、病假月数）", "年、天、月", list)
LEAVE_PRIVATE = Parameter("law.leave_private_days", "不享受年休假的事假天数", "天", int)
LEAVE_RATE = Parameter("law.leave_rate", "未休年休假工资报酬", "%", Decimal)

# Limitation
ARBITRATION_MONTHS = Parameter("law.arbitration_months", "劳动争议仲裁时效", "月", int)
INJURY_WORKER_MONTHS = Parameter("law.injury_worker_months", "职工申请工伤认定期限", "月", int)
INJURY_UNIT_DAYS = Parameter("law.injury_unit_days", "单位申请工伤认定期限", "日", int)
LAWSUIT_DAYS = Parameter("law.lawsuit_days", "不服仲裁裁决起诉期限", "日", int)
CONFIRMATION_DAYS = Parameter("law.confirmation_days", "调解协议司法确认申请期限", "日", int)

# Consultation, legislation
CONSULT_WORKDAYS = Parameter("law.consult_workdays", "法律咨询答复期限", "工作日", int)
CONSULT_EXTENSION = Parameter("law.consult_extension", "法律咨询答复延长", "工作日", int)
COMMENT_DAYS = Parameter("law.comment_days", "立法意见征集的最短天数", "日", int)
