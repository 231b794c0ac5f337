"""What disputes are about, the same words for aid, mediation and supervision."""

from __future__ import annotations

PAY, INJURY, DISMISSAL, UNION = "pay", "injury", "dismissal", "union"
MATTERS = {
    PAY: "劳动报酬",
    INJURY: "工伤待遇",
    "contract": "劳动合同",
    DISMISSAL: "解除合同和经济补偿",
    "insurance": "社会保险",
    "hours": "工时和休假",
    "safety": "劳动安全卫生",
    "women": "女职工和未成年工保护",
    UNION: "工会组织和工会干部权益",
    "other": "其他劳动权益",
}
LAWS = {
    PAY: "《中华人民共和国劳动法》第五十条、《中华人民共和国劳动合同法》第三十条",
    INJURY: "《工伤保险条例》第十七条、第六十二条",
    "contract": "《中华人民共和国劳动合同法》第十条、第八十二条",
    DISMISSAL: "《中华人民共和国劳动合同法》第四十六条、第四十七条、第八十七条",
    "insurance": "《中华人民共和国社会保险法》第五十八条、第六十条",
    "hours": "《中华人民共和国劳动法》第三十六条、第四十一条、第四十四条",
    "safety": "《中华人民共和国劳动法》第五十二条、《中华人民共和国安全生产法》第六十条",
    "women": "《女职工劳动保护特别规定》第五条、第七条",
    UNION: "《中华人民共和国工会法》第十九条、第五十二条、第五十三条",
    "other": "《中华人民共和国劳动法》第三条",
}
"""The clauses a letter to a unit cites, by matter."""
