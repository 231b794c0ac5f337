"""Where a function of the plan is found, from the very object its manifest names."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse

from gonghui.kernel.access.actions import Action
from gonghui.kernel.jobs.registry import JOBS, Job
from gonghui.kernel.resource.declaration import RESOURCES, Page, Resource, Served, Step
from gonghui.systems.foundation.services.queries import interfaces


@dataclass(frozen=True)
class Address:
    """Where a function of the plan is found. url: "" for what has no page of its own."""

    kind: str
    url: str = ""
    routes: tuple[str, ...] = ()


def address_of(served: Served) -> Address:
    """Where the object that serves a function is found, from the object itself."""
    target = served.by
    match target:
        case Resource():
            return Address("列表", reverse(f"resource:{target.code}:list"), _routes(target.code))
        case Page():
            return Address("页面", _reverse(target.url_name), (f"name:{target.url_name}",))
        case Step():
            return _step_address(target.action)
        case Action():
            return _step_address(target)
    return _function_address(target)


def _function_address(target: object) -> Address:
    """Where a plain function is found: as a job, a page, an interface, or nowhere to go to."""
    if isinstance(target, Job) or any(job.function is target for job in JOBS.values()):
        return Address("后台作业")
    key = f"view:{getattr(target, '__module__', '')}.{getattr(target, '__name__', '')}"
    found = interfaces.views().get(key)
    if found is None:
        return Address("平台能力")
    if interfaces.is_interface(found.route):
        listed = f"{reverse('services-interfaces')}?system={found.system}"
        return Address("接口", listed, (key,))
    return Address("页面", _reverse(found.name), (key,))


def _step_address(action: Action) -> Address:
    for resource in RESOURCES.values():
        for step in resource.creates:
            if step.action is action:
                url = reverse(f"resource:{resource.code}:create", args=[step.slug])
                return Address("办理", url, (f"w/{resource.code}/new/{step.slug}/",))
        for step in resource.steps:
            if step.action is action:
                url = reverse(f"resource:{resource.code}:list")
                return Address("办理", url, (f"w/{resource.code}/<int:pk>/{step.slug}/",))
    return Address("办理动作")


def _routes(code: str) -> tuple[str, ...]:
    return (f"w/{code}/*", f"api/v1/{code}/*")


def _reverse(name: str) -> str:
    """The address of a page; "" for one that needs to be told of what."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
