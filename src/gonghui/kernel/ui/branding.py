"""What the platform calls itself and where workers can ask, city by city."""

from __future__ import annotations

from gonghui.kernel.config.declaring import Level, Setting

LOCAL = (Level.PLATFORM, Level.CITY, Level.COUNTY)
SITE_NAME = Setting(
    "ui.site_name",
    "平台名称",
    str,
    "网上工会",
    "显示在每个页面的标题和页头。",
    minimum=2,
    maximum=20,
)
SITE_OWNER = Setting(
    "ui.site_owner",
    "主办单位",
    str,
    "安徽省总工会",
    "显示在登录页、公开页面的页头和页脚。",
    minimum=2,
    maximum=40,
)
HOTLINE = Setting(
    "ui.hotline",
    "职工服务热线",
    str,
    "12351",
    "显示在服务大厅和公开页面，请职工有困难时拨打。各市、县可以填本地的号码，可带区号。",
    levels=LOCAL,
    pattern=r"[0-9][0-9-]{2,19}",
)
HALL_NOTICE = Setting(
    "ui.hall_notice",
    "服务大厅提示",
    str,
    "入会、转会都不收费，也不用自己跑。",
    "显示在服务大厅首页下方，后面自动加上服务热线。留空则只显示热线。",
    levels=LOCAL,
    maximum=120,
)
