"""What manifests declare against what is seen: every difference, said in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

UNDECLARED_USE, IDLE_USE = "use.undeclared", "use.idle"
UNDECLARED_EVENT, IDLE_EVENT, STRAY_EVENT = "event.undeclared", "event.idle", "event.stray"
UNDECLARED_EAR, IDLE_EAR = "ear.undeclared", "ear.idle"
UNDECLARED_PARTY, IDLE_PARTY, UNKNOWN_PARTY = "party.undeclared", "party.idle", "party.unknown"
BYPASS = "outgoing.bypass"
UNDECLARED_ROUTE, UNKNOWN_CALL = "route.undeclared", "call.unknown"
FOREIGN_KEY = "data.foreign"

GRAVE = frozenset({BYPASS, UNKNOWN_PARTY, FOREIGN_KEY, UNKNOWN_CALL})
"""Kinds that also become a security event."""


@dataclass(frozen=True)
class Facts:
    """Relations of systems, either as declared or as seen; keys are system codes.

    uses: systems called. publishes, subscribes: event types, or the beginning they share with a
    star at the end. outside: codes of outside parties.
    """

    uses: Mapping[str, frozenset[str]] = field(default_factory=dict)
    publishes: Mapping[str, frozenset[str]] = field(default_factory=dict)
    subscribes: Mapping[str, frozenset[str]] = field(default_factory=dict)
    outside: Mapping[str, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Seen(Facts):
    """What only looking tells.

    topics: event types that really went over the bus. parties: codes of registered parties.
    bypasses: (system or part, module, library) that leave past the guard. routes: API addresses
    served that no description names. unknown: how many calls went to API addresses nobody serves.
    foreign: (model, model) that point from one system's data into another's.
    """

    topics: frozenset[str] = frozenset()
    parties: frozenset[str] = frozenset()
    bypasses: frozenset[tuple[str, str, str]] = frozenset()
    routes: frozenset[tuple[str, str]] = frozenset()
    unknown: int = 0
    foreign: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True)
class Difference:
    """One thing that is not as declared. key tells it from others for good; system may be ""."""

    kind: str
    key: str
    system: str
    title: str
    why: str
    remedy: str


def differences(declared: Facts, seen: Seen, *, unknown_at: int = 20) -> list[Difference]:
    """Every difference, in a fixed order. unknown_at: calls to nowhere from which they count."""
    found = [
        *_uses(declared, seen),
        *_events(declared, seen),
        *_ears(declared, seen),
        *_outside(declared, seen),
        *_traffic(seen, unknown_at),
    ]
    return sorted(found, key=lambda item: (item.kind, item.key))


def covers(pattern: str, name: str) -> bool:
    """Whether a declared event type, or beginning of one, covers a seen type or beginning."""
    stem, text = pattern.removesuffix("*").rstrip("."), name.removesuffix("*").rstrip(".")
    return text == stem or text.startswith(f"{stem}.")


def _covered(patterns: Iterable[str], name: str) -> bool:
    return any(covers(pattern, name) for pattern in patterns)


def _uses(declared: Facts, seen: Seen) -> list[Difference]:
    found = []
    for system in {*declared.uses, *seen.uses}:
        said, real = declared.uses.get(system, frozenset()), seen.uses.get(system, frozenset())
        found += [
            Difference(
                UNDECLARED_USE,
                f"{system}>{other}",
                system,
                f"{system} 调用了 {other}，清单没有写",
                f"源代码或数据中看到 {system} 依赖 {other}，但它的清单“依赖的系统”里没有。",
                f"确有必要的，在 {system} 的清单中补写；没有必要的，去掉这处调用。",
            )
            for other in real - said
        ]
        found += [
            Difference(
                IDLE_USE,
                f"{system}>{other}",
                system,
                f"{system} 声明依赖 {other}，实际没有看到",
                "清单写了依赖，但源代码、业务消息和数据中都没有看到。",
                f"不再依赖的，从 {system} 的清单中去掉。",
            )
            for other in said - real
        ]
    return found


def _events(declared: Facts, seen: Seen) -> list[Difference]:
    found = []
    for system in {*declared.publishes, *seen.publishes}:
        said = declared.publishes.get(system, frozenset())
        real = seen.publishes.get(system, frozenset())
        found += [
            Difference(
                UNDECLARED_EVENT,
                f"{system}:{topic}",
                system,
                f"{system} 发布的业务消息 {topic} 没有声明",
                "源代码中发布了这类消息，清单“发布的消息”里没有。",
                f"在 {system} 的清单中补写，订阅方才知道可以依赖它。",
            )
            for topic in real
            if not _covered(said, topic)
        ]
        found += [
            Difference(
                IDLE_EVENT,
                f"{system}:{topic}",
                system,
                f"{system} 声明发布 {topic}，实际没有看到",
                "清单写了，但源代码中没有发布这类消息的地方。",
                f"不再发布的，从 {system} 的清单中去掉，并告知订阅方。",
            )
            for topic in said
            if not any(covers(topic, item) for item in real)
        ]
    known = {
        topic
        for topics in (*declared.publishes.values(), *seen.publishes.values())
        for topic in topics
    }
    found += [
        Difference(
            STRAY_EVENT,
            topic,
            "",
            f"业务消息 {topic} 找不到发布它的系统",
            "总线上实际出现过这类消息，但没有一个系统声明或在源代码中发布它。",
            "核对是否为已退役系统遗留，或由外部写入。",
        )
        for topic in seen.topics
        if not _covered(known, topic)
    ]
    return found


def _ears(declared: Facts, seen: Seen) -> list[Difference]:
    found = []
    for system in {*declared.subscribes, *seen.subscribes}:
        said = declared.subscribes.get(system, frozenset())
        real = seen.subscribes.get(system, frozenset())
        found += [
            Difference(
                UNDECLARED_EAR,
                f"{system}:{topic}",
                system,
                f"{system} 订阅了 {topic}，清单没有写",
                "平台的订阅登记里有它，清单“订阅的消息”里没有。",
                f"在 {system} 的清单中补写。",
            )
            for topic in real
            if not _covered(said, topic)
        ]
        found += [
            Difference(
                IDLE_EAR,
                f"{system}:{topic}",
                system,
                f"{system} 声明订阅 {topic}，实际没有订阅",
                "清单写了，但平台的订阅登记里没有。",
                f"不再订阅的，从 {system} 的清单中去掉。",
            )
            for topic in said
            if not any(covers(topic, item) for item in real)
        ]
    return found


def _outside(declared: Facts, seen: Seen) -> list[Difference]:
    found = []
    for system in {*declared.outside, *seen.outside}:
        said = declared.outside.get(system, frozenset())
        real = seen.outside.get(system, frozenset())
        found += [
            Difference(
                UNDECLARED_PARTY,
                f"{system}>{party}",
                system,
                f"{system} 外联 {party}，清单没有写",
                "源代码中调用了这个外部单位，清单“外部单位”里没有。",
                f"在 {system} 的清单中补写，并核对是否经过批准。",
            )
            for party in real - said
        ]
        found += [
            Difference(
                IDLE_PARTY,
                f"{system}>{party}",
                system,
                f"{system} 声明外联 {party}，实际没有看到",
                "清单写了，但源代码中没有调用。",
                "不再外联的，从清单中去掉。",
            )
            for party in said - real
        ]
        found += [
            Difference(
                UNKNOWN_PARTY,
                f"{system}>{party}",
                system,
                f"{system} 外联的 {party} 没有登记为外部单位",
                "外联关口的登记里没有这个外部单位，也就没有地址配置和模拟标识。",
                "先登记外部单位，再外联。",
            )
            for party in (said | real) - seen.parties
        ]
    found += [
        Difference(
            BYPASS,
            f"{module}:{library}",
            system,
            f"{module} 绕过外联关口",
            f"这个模块直接使用 {library} 对外连接，没有经过外联关口的地址检查和记录。",
            "改为通过外联关口调用。",
        )
        for system, module, library in seen.bypasses
    ]
    return found


def _traffic(seen: Seen, unknown_at: int) -> list[Difference]:
    found = [
        Difference(
            UNDECLARED_ROUTE,
            route,
            system,
            f"接口 /{route} 没有写进接口文档",
            "平台应答这个地址，但接口文档和清单“接口”里都没有它。",
            "在所属系统的清单“接口”中补写；不再使用的，停用这个地址。",
        )
        for system, route in seen.routes
    ]
    if seen.unknown >= unknown_at:
        found.append(
            Difference(
                UNKNOWN_CALL,
                "unknown",
                "",
                f"最近七天有 {seen.unknown} 次调用了不存在的接口地址",
                "调用方使用了没有登记的地址，可能是对方配置有误，也可能是试探。",
                "在接口调用图中查看调用方，通知其更正；疑似试探的转安全管理员。",
            )
        )
    found += [
        Difference(
            FOREIGN_KEY,
            f"{model}>{other}",
            "",
            f"{model} 的数据直接指向另一系统的 {other}",
            "系统之间只通过公开接口和业务消息往来，数据表不能互相指向。",
            "改为保存编号，通过对方的公开接口读取。",
        )
        for model, other in seen.foreign
    ]
    return found
