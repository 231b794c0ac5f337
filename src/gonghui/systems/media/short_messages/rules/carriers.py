"""Which carrier (运营商) a mobile number belongs to, by its prefix.

工业和信息化部《电信网编号计划》 and its later allotments, as known on 2026-01-01. Numbers carried
to another carrier (携号转网, 工信部信管〔2019〕242号) keep their prefix; the networks hand them on.
"""

from __future__ import annotations

MOBILE, UNICOM, TELECOM, BROADNET = "mobile", "unicom", "telecom", "broadnet"
UNKNOWN = "unknown"
TITLES = {
    MOBILE: "中国移动",
    UNICOM: "中国联通",
    TELECOM: "中国电信",
    BROADNET: "中国广电",
    UNKNOWN: "未识别号段",
}
CHOICES = list(TITLES.items())

PREFIXES = {
    MOBILE: (
        *("134", "135", "136", "137", "138", "139", "147", "148", "150", "151", "152", "157"),
        *("158", "159", "172", "178", "182", "183", "184", "187", "188", "195", "197", "198"),
        *("1703", "1705", "1706", "165", "1440"),
    ),
    UNICOM: (
        *("130", "131", "132", "145", "146", "155", "156", "166", "167", "171", "175", "176"),
        *("185", "186", "196", "1704", "1707", "1708", "1709"),
    ),
    TELECOM: (
        *("133", "1349", "149", "153", "162", "173", "177", "180", "181", "189", "190", "191"),
        *("193", "199", "1700", "1701", "1702", "1740"),
    ),
    BROADNET: ("192",),
}
_BY_PREFIX = {prefix: carrier for carrier, every in PREFIXES.items() for prefix in every}


def carrier_of(mobile: str) -> str:
    """The carrier of an 11-digit number; the longest known prefix decides."""
    return _BY_PREFIX.get(mobile[:4]) or _BY_PREFIX.get(mobile[:3]) or UNKNOWN
