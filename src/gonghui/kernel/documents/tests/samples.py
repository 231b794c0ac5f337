"""Documents, certificates and forms the tests print."""

from __future__ import annotations

from datetime import date

from gonghui.kernel.documents.content import (
    Align,
    Attachment,
    Certificate,
    CertificateTemplate,
    Check,
    Face,
    Frame,
    Line,
    Official,
    Place,
    Seal,
    Spot,
    Text,
)

ORGAN = "安徽省总工会"
SENTENCE = "为深入贯彻落实加强基层工会组织建设的部署要求现就规范工会会员实名制管理工作通知如下"
CHECK = Check("7KQ2-M8TD-4XWA-PZZZ", "https://example.cn/check/7KQ2M8TD4XWAPZZZ/")
SEAL = Seal(ORGAN, note="演示")


def official(**changes: object) -> Official:
    """A notice with everything a notice has."""
    facts: dict = {
        "organs": (ORGAN,),
        "title": "关于做好工会会员实名制\n管理工作的通知",
        "body": (SENTENCE + "。", "一、提高认识", "（一）压实责任。" + SENTENCE + "。"),
        "number": "皖工发〔2026〕3号",
        "serial": "000001",
        "secrecy": "秘密★1年",
        "urgency": "特急",
        "to": ("各市总工会", "各省级产业工会"),
        "attachments": (Attachment("任务分解表"), Attachment("报送格式")),
        "date": date(2026, 3, 2),
        "seals": (SEAL,),
        "note": "此件公开发布",
        "copies": ("省委办公厅", "省政府办公厅"),
        "printed_by": "安徽省总工会办公室",
        "printed_on": date(2026, 3, 3),
        "check": CHECK,
    }
    return Official(**(facts | changes))


ORIGINAL = CertificateTemplate(
    "sample",
    "工会法人资格证书",
    297,
    210,
    (
        Place("name", 60, 80, 150, 10, 18, align=Align.LEFT),
        Place("code", 60, 100, 150, 8, face=Face.HEI),
    ),
    ground=(
        Frame(10, 10, 277, 190, 1.2, 3),
        Text("工会法人资格证书", 0, 30, 297, 36, Face.TITLE, Align.CENTER, "#B3202C"),
        Line(60, 92, 210, 92),
    ),
    part="（正本）",
    seal=Spot(230, 150, 42),
    qr=Spot(25, 150, 25),
)


def certificate(**changes: object) -> Certificate:
    """A certificate filled in."""
    facts: dict = {
        "template": ORIGINAL,
        "fields": {"name": "合肥某某科技有限公司工会委员会", "code": "81340100MC00000012"},
        "seal": SEAL,
        "check": CHECK,
    }
    return Certificate(**(facts | changes))
