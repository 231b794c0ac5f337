"""Check codes and the public check page: what it says of whole, altered, other and ended files."""

from __future__ import annotations

import io
from datetime import date, timedelta
from itertools import pairwise

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from gonghui.kernel.base.errors import Conflict, Refusal
from gonghui.kernel.documents import codes
from gonghui.kernel.documents.checks import owners_answer_for_their_files
from gonghui.kernel.documents.codes import Answer, check_alone, check_file
from gonghui.kernel.documents.models import CheckCode
from gonghui.kernel.documents.rendering import render
from gonghui.kernel.documents.signing import sign
from gonghui.kernel.documents.tests import samples
from gonghui.kernel.documents.tests.tampering import tampered
from gonghui.kernel.documents.views import WRONG_CODES
from gonghui.kernel.files.access import register_owner
from gonghui.kernel.files.storing import open_stored
from gonghui.kernel.security.models import Attempt

TODAY = date(2026, 11, 22)
OWNER = codes.owner("documents.tests")
register_owner(OWNER, lambda actor, file: actor is not None)


def issued(**changes) -> CheckCode:
    facts = {
        "kind": "工会法人资格证书",
        "title": "合肥某某科技有限公司工会委员会",
        "issuer": "合肥市总工会",
        "issued_on": date(2026, 3, 2),
        "owner": (OWNER, 1),
        "number": "皖工法证字第00001号",
        "facts": (("统一社会信用代码", "81340100MC00000012"),),
    }
    return codes.issue(**(facts | changes))


@pytest.fixture(scope="module")
def paper(test_keyring) -> bytes:
    return sign(render(samples.certificate()))


@pytest.fixture(scope="module")
def other(test_keyring) -> bytes:
    return sign(render(samples.official()))


def test_codes_are_well_formed_and_faults_of_typing_are_found():
    for _ in range(50):
        code = codes._new_code()
        assert codes.well_formed(code) and len(code) == codes.LENGTH
        for place in range(codes.LENGTH):
            letter = "2" if code[place] != "2" else "3"
            assert not codes.well_formed(code[:place] + letter + code[place + 1 :])
        for place, (one, two) in enumerate(pairwise(code)):
            if one != two:
                assert not codes.well_formed(code[:place] + two + one + code[place + 2 :])


def test_typed_codes_may_have_groups_and_small_letters(db):
    code = issued()
    assert codes.find(codes.grouped(code.code).lower()) == code
    assert codes.find("0" * 16) is None and codes.find("") is None


def test_a_kept_file_is_stored_for_its_owner_and_known_again(db, paper):
    code = issued()
    file = codes.keep(code, paper, name="正本.pdf", part="正本", org_path="/1/")
    assert open_stored(file).read() == paper
    assert (file.owner_kind, file.owner_id, file.org_path) == ("documents.tests", 1, "/1/")
    found = check_file(code, paper, TODAY)
    assert (found.answer, found.part) == (Answer.GENUINE, "正本")


def test_every_answer(db, paper, other):
    code, second = issued(), issued(number="第2号")
    codes.keep(code, paper, name="正本.pdf")
    altered = bytearray(paper)
    altered[len(altered) // 2] ^= 1
    signed_elsewhere = check_file(code, other, TODAY)
    assert signed_elsewhere.answer == Answer.OTHER
    assert check_file(second, paper, TODAY).answer == Answer.OTHER
    assert check_file(code, bytes(altered), TODAY).answer in (Answer.TAMPERED, Answer.UNREADABLE)
    assert check_file(code, render(samples.certificate()), TODAY).answer == Answer.NOT_OURS
    assert check_file(code, b"nonsense", TODAY).answer == Answer.UNREADABLE
    codes.end(code, "遗失补发", on=TODAY, state=CheckCode.State.REPLACED)
    assert check_file(code, paper, TODAY).answer == Answer.ENDED


def test_answers_without_a_code(db, paper, other):
    code = issued(valid_until=TODAY)
    codes.keep(code, paper, name="正本.pdf", part="正本")
    kept = check_alone(paper, TODAY)
    assert (kept.answer, kept.code, kept.part) == (Answer.GENUINE, code, "正本")
    assert check_alone(paper, TODAY + timedelta(days=1)).answer == Answer.EXPIRED
    # Signed, but never kept under a code, as an official document without one.
    signed = check_alone(other, TODAY)
    assert signed.answer == Answer.SIGNED and signed.code is None and signed.verdict
    changed = tampered(other)["a page changed"]
    assert check_alone(changed, TODAY).answer == Answer.TAMPERED
    assert check_alone(b"nonsense", TODAY).answer == Answer.UNREADABLE


def test_codes_are_issued_for_declared_owners_who_answer_for_their_files(db, monkeypatch):
    assert owners_answer_for_their_files() == []
    with pytest.raises(ValueError, match="not declared"):
        issued(owner=("documents.forgotten", 1))
    monkeypatch.setattr(codes, "_kinds", {"documents.forgotten"})
    (fault,) = owners_answer_for_their_files()
    assert fault.id == "documents.E001" and "documents.forgotten" in fault.msg


def test_term(db, paper):
    code = issued(valid_until=TODAY)
    codes.keep(code, paper, name="正本.pdf")
    assert check_file(code, paper, TODAY).answer == Answer.GENUINE
    assert check_file(code, paper, TODAY + timedelta(days=1)).answer == Answer.EXPIRED


def test_an_ended_code_takes_no_file_and_ends_once(db, paper):
    code = issued()
    codes.end(code, "注销", on=TODAY)
    with pytest.raises(Conflict, match="已作废"):
        codes.keep(code, paper, name="正本.pdf")
    with pytest.raises(Conflict, match="已作废"):
        codes.end(code, "注销", on=TODAY)


@pytest.mark.parametrize("value", ["13800138000", "11010519491231002X", "法定代表人 13900139000"])
def test_personal_numbers_are_refused(db, value):
    with pytest.raises(Refusal, match="证件号码或手机号码"):
        issued(facts=(("联系", value),))


def test_address_is_the_configured_one(db, settings):
    settings.PUBLIC_ADDRESS = "https://gh.example.cn:8443/anything"
    code = issued()
    assert codes.address(code.code) == f"https://gh.example.cn:8443/check/{code.code}/"


def test_page_tells_what_was_issued(db):
    code = issued()
    answer = Client().get(f"/check/{code.code}/")
    page = answer.content.decode()
    assert answer.status_code == 200
    for words in (
        "平台制发，现在有效",
        "合肥市总工会",
        "皖工法证字第00001号",
        "81340100MC00000012",
    ):
        assert words in page
    assert answer["X-Robots-Tag"] == "noindex" and answer["Cache-Control"]


def test_page_of_an_ended_code_says_so(db):
    code = issued()
    codes.end(code, "单位撤销", on=TODAY)
    page = Client().get(f"/check/{code.code}/").content.decode()
    assert "已作废" in page and "单位撤销" in page and "现在有效" not in page


def test_uploaded_files(db, paper, other):
    code = issued()
    codes.keep(code, paper, name="正本.pdf", part="正本")
    before = len(CheckCode.objects.all())

    def shown(content: bytes) -> str:
        given = SimpleUploadedFile("文件.pdf", content, "application/pdf")
        return Client().post(f"/check/{code.code}/", {"file": given}).content.decode()

    assert "核验通过" in shown(paper)
    for name, altered in tampered(paper, other=other).items():
        refused = shown(altered)
        # No green mark stands beside a file that was altered.
        assert "核验没有通过" in refused and "现在有效" not in refused, name
    assert "不是这个核验码所指的那一份" in shown(other)
    assert len(CheckCode.objects.all()) == before
    empty = Client().post(f"/check/{code.code}/", {})
    assert empty.status_code == 422


def test_files_without_a_code(db, paper, other):
    """Where a code is typed a PDF may be shown instead; altered ones fail as they do elsewhere."""
    code = issued()
    codes.keep(code, paper, name="正本.pdf", part="正本")

    def shown(content: bytes) -> str:
        given = SimpleUploadedFile("文件.pdf", content, "application/pdf")
        return Client().post("/check/", {"pdf-file": given, "pdf-sent": "1"}).content.decode()

    assert "核验通过" in shown(paper) and code.title in shown(paper)
    assert "签章后没有改动" in shown(other)
    altered = tampered(other, other=paper)
    for name in ("a page changed", "signature swapped"):
        refused = shown(altered[name])
        assert "核验没有通过" in refused and "核验通过" not in refused, name
    assert "核验没有通过" in shown(render(samples.official()))
    assert Client().post("/check/", {"pdf-sent": "1"}).status_code == 422


def test_forms_of_the_page_pass_the_check_of_their_origin(db):
    """Browsers send the origin “null” from a page that tells no referrer, and are refused."""
    client = Client(enforce_csrf_checks=True)
    answer = client.get("/check/")
    assert answer["Referrer-Policy"] == "same-origin"
    given = {"code": "2" * 16, "csrfmiddlewaretoken": answer.context["csrf_token"]}
    sent = client.post("/check/", given, headers={"origin": "http://testserver"})
    assert sent.status_code == 302


def test_unknown_codes_are_counted_and_stopped(db, monkeypatch):
    monkeypatch.setattr(type(WRONG_CODES), "value", lambda self, path="": 3)
    client = Client()
    found = [client.get(f"/check/{codes._new_code()}/").status_code for _ in range(5)]
    assert found == [404, 404, 404, 429, 429]
    # Those who guess get no true answer either.
    assert client.get(f"/check/{issued().code}/").status_code == 429
    assert Attempt.objects.filter(key__startswith="documents.guess:").exists()


def test_entering_a_code(db):
    client = Client()
    assert "16 位" in client.get("/check/").content.decode()
    wrong = client.post("/check/", {"code": "2222-2222-2222-2223"})
    assert "核验码写错了" in wrong.content.decode()
    code = issued()
    right = client.post("/check/", {"code": codes.grouped(code.code)})
    assert right.status_code == 302 and right["Location"] == f"/check/{code.code}/"


def test_the_printed_code_leads_to_its_page(db):
    code = issued()
    check = codes.printed(code)
    assert check.code == codes.grouped(code.code) and check.url.endswith(f"/check/{code.code}/")
    assert io.BytesIO(render(samples.certificate(check=check))).getvalue()[:5] == b"%PDF-"
