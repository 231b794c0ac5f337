"""Talking SCIM to a target: one user delivered, or all users read."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.security import outgoing
from gonghui.systems.foundation.users.actions.pushing import Claim, Result
from gonghui.systems.foundation.users.models import Outcome, Target, Verb
from gonghui.systems.foundation.users.queries.provisioning import TIMEOUT
from gonghui.systems.foundation.users.rules import pushing as rules

PAGE = 100
MOST_USERS = 200_000
MEDIA = "application/scim+json"


class Answered(Exception):
    """The target answered otherwise than a delivery needs."""

    def __init__(self, result: Result) -> None:
        self.result = result


class Remote:
    """The SCIM interface of one target."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self.timeout = TIMEOUT.value(target.org_path)

    def deliver(self, taken: Claim) -> Result:
        """Bring the target's user to what the claim says; never raises for what a target does."""
        begun = time.monotonic()
        verb = Verb.UPDATE if taken.document["active"] else Verb.DISABLE
        known = taken.remote_id
        try:
            result = self._deliver(taken, verb)
        except Answered as answered:
            result = answered.result
        except outgoing.Unreachable as silence:
            result = Result(verb, Outcome.SILENT, reason=silence.message, remote_id=known)
        except Refusal as refusal:
            result = Result(verb, Outcome.FAILED, reason=refusal.message, remote_id=known)
        return replace(result, took_ms=int((time.monotonic() - begun) * 1000))

    def _deliver(self, taken: Claim, verb: Verb) -> Result:
        document = taken.document
        theirs = self._present(taken, verb)
        if theirs is None:
            if not document["active"]:
                return Result(verb, Outcome.UNCHANGED, reason="对方没有这名用户")
            return self._create(document)
        remote_id = str(theirs["id"])
        if not rules.differing(document, theirs):
            return Result(verb, Outcome.UNCHANGED, remote_id=remote_id)
        return self._replace(document, theirs, verb)

    def _present(self, taken: Claim, verb: Verb) -> dict[str, Any] | None:
        """The user as the target has it: by its id, else by ours."""
        if taken.remote_id:
            answer = self._ask("GET", f"/Users/{quote(taken.remote_id, safe='')}")
            if answer.status_code == 200:
                return self._user(answer, verb, taken.remote_id)
            if answer.status_code != 404:
                raise Answered(_refused(verb, answer, taken.remote_id))
        return self._search("externalId", taken.document["externalId"], verb)

    def _search(self, attribute: str, value: str, verb: Verb) -> dict[str, Any] | None:
        condition = f"{attribute} eq {json.dumps(value, ensure_ascii=False)}"
        answer = self._ask("GET", "/Users", params={"filter": condition, "count": 2})
        if answer.status_code != 200:
            raise Answered(_refused(verb, answer, ""))
        listed = _object(answer).get("Resources") or []
        # What a target gives is taken only if it is what was asked for.
        found = [
            each
            for each in listed
            if isinstance(each, dict)
            and isinstance(each.get("id"), str)
            and str(each.get(attribute, "")).lower() == value.lower()
        ]
        return found[0] if found else None

    def _create(self, document: dict[str, Any]) -> Result:
        answer = self._ask("POST", "/Users", document)
        if answer.status_code == 409:
            return self._adopt(document, answer)
        if answer.status_code != 201:
            return _refused(Verb.CREATE, answer, "")
        made = self._user(answer, Verb.CREATE, "")
        return _checked(document, made, Verb.CREATE, answer.status_code)

    def _adopt(self, document: dict[str, Any], answer: outgoing.Response) -> Result:
        """The name is taken: by a user nobody has claimed, who becomes ours, or by another."""
        theirs = self._search("userName", document["userName"], Verb.CREATE)
        if theirs is None or theirs.get("externalId") not in (None, "", document["externalId"]):
            reason = "用户名已被对方的另一用户使用"
            return Result(Verb.CREATE, Outcome.REJECTED, answer.status_code, reason)
        return self._replace(document, theirs, Verb.UPDATE)

    def _replace(self, document: dict[str, Any], theirs: dict[str, Any], verb: Verb) -> Result:
        remote_id = str(theirs["id"])
        # What the target keeps of its own beside our attributes stays.
        whole = {name: value for name, value in theirs.items() if name != "meta"} | document
        extra = [each for each in theirs.get("schemas", []) if each not in document["schemas"]]
        whole["schemas"] = [*document["schemas"], *extra]
        version = (theirs.get("meta") or {}).get("version")
        headers = {"If-Match": version} if isinstance(version, str) and version else {}
        path = f"/Users/{quote(remote_id, safe='')}"
        answer = self._ask("PUT", path, whole, headers=headers)
        if answer.status_code == 204:
            return Result(verb, Outcome.ACCEPTED, 204, remote_id=remote_id)
        if answer.status_code != 200:
            return _refused(verb, answer, remote_id)
        return _checked(document, self._user(answer, verb, remote_id), verb, 200)

    def all_users(self) -> list[dict[str, Any]]:
        """Every user the target has; Refusal when it cannot be read as a whole."""
        found: dict[str, dict[str, Any]] = {}
        start = 1
        while True:
            answer = self._ask("GET", "/Users", params={"startIndex": start, "count": PAGE})
            if answer.status_code != 200:
                raise Refusal(f"对方应答 {answer.status_code}：{_detail(answer)}")
            try:
                page = _object(answer)
                listed = [each for each in page.get("Resources") or [] if isinstance(each, dict)]
                total = int(page.get("totalResults", 0))
            except (Answered, TypeError, ValueError):
                raise Refusal("对方的应答不是 SCIM 用户列表。") from None
            found |= {str(each.get("id", "")): each for each in listed}
            start += len(listed)
            if not listed or start > total:
                return list(found.values())
            if start > MOST_USERS:
                raise Refusal(f"对方的用户超过 {MOST_USERS} 个，没有全部核对。")

    def _ask(
        self, method: str, path: str, document: Any = None, **passed: Any
    ) -> outgoing.Response:
        secret = self.target.secret
        if secret is None:
            raise Refusal("推送目标没有访问令牌。", remedy="请修改推送目标，填写访问令牌。")
        headers = {
            "Accept": MEDIA,
            "Authorization": f"Bearer {secret.reveal()}",
            **passed.pop("headers", {}),
        }
        if document is not None:
            headers["Content-Type"] = MEDIA
            passed["content"] = json.dumps(document, ensure_ascii=False).encode()
        return outgoing.request(
            method,
            f"{self.target.base}{path}",
            party=f"推送目标：{self.target.name}",
            timeout=self.timeout,
            headers=headers,
            **passed,
        )

    def _user(self, answer: outgoing.Response, verb: Verb, known: str) -> dict[str, Any]:
        found = _object(answer)
        given = found.get("id")
        if not isinstance(given, str) or not 0 < len(given) <= 200 or known not in ("", given):
            reason = "对方的应答没有正确的用户编号"
            raise Answered(Result(verb, Outcome.FAILED, answer.status_code, reason, known))
        return found


def _object(answer: outgoing.Response) -> dict[str, Any]:
    try:
        found = answer.json()
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        reason = "对方的应答不是 SCIM"
        raise Answered(Result(Verb.CHECK, Outcome.FAILED, answer.status_code, reason))
    return found


def _checked(
    document: Mapping[str, Any], theirs: Mapping[str, Any], verb: Verb, status: int
) -> Result:
    """Accepted, if the answer shows what was sent."""
    remote_id = str(theirs["id"])
    if parts := rules.differing(document, theirs):
        reason = f"对方答复成功，但没有照办：{'、'.join(parts)}"
        return Result(verb, Outcome.FAILED, status, reason, remote_id)
    return Result(verb, Outcome.ACCEPTED, status, remote_id=remote_id)


def _refused(verb: Verb, answer: outgoing.Response, known: str) -> Result:
    outcome = Outcome.REJECTED if rules.is_final(answer.status_code) else Outcome.FAILED
    return Result(verb, outcome, answer.status_code, _detail(answer), known)


def _detail(answer: outgoing.Response) -> str:
    """Why the target says it refuses, as far as it can be kept."""
    try:
        found = answer.json()
        detail = found.get("detail") if isinstance(found, dict) else ""
    except (ValueError, RecursionError):
        detail = ""
    text = "".join(sign for sign in str(detail or "") if sign.isprintable())
    return text.encode("utf-8", "ignore").decode()[:300] or f"应答代码 {answer.status_code}"
