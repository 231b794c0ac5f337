import pytest
from django.db import OperationalError, transaction

from gonghui.kernel.base.errors import Missing, Refusal
from gonghui.kernel.jobs import stopping, tasks
from gonghui.kernel.jobs.models import Task
from gonghui.kernel.jobs.tasks import cancel, find, long_job, progress, start, tasks_of


@pytest.fixture(autouse=True)
def report_always(monkeypatch):
    monkeypatch.setattr(tasks, "REPORT_EVERY", 0)


def begin(job, **given) -> Task:
    return start(job, title="导入会员", started_by_id=7, org_path="1.2.", **given)


def test_done_with_a_result(queue, work):
    @long_job("t.import", "导入")
    def run(task, rows):
        progress(task, rows // 2, rows, "正在核对")
        half = Task.objects.get(pk=task.pk)
        progress(task, rows, rows, "正在入库")
        return {"state": half.state, "percent": half.percent, "message": half.message}

    task = begin(run, rows=10)
    assert (task.state, task.percent) == (Task.State.QUEUED, None)
    work()
    task.refresh_from_db()
    assert task.state == Task.State.DONE
    assert task.result == {"state": "running", "percent": 50, "message": "正在核对"}
    assert task.started <= task.finished
    assert (task.done, task.percent) == (10, 100)


def test_not_queued_unless_committed(queue):
    run = long_job("t.import", "导入")(lambda task: None)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        begin(run)
        raise ZeroDivisionError
    assert queue() == []
    assert not Task.objects.exists()


def test_failures_speak_chinese(queue, work):
    @long_job("t.refused", "被拒")
    def refused(task):
        raise Refusal("文件里没有“姓名”列。", remedy="请用模板。")

    @long_job("t.broken", "出错")
    def broken(task):
        raise KeyError("secret detail")

    first, second = begin(refused), begin(broken)
    work()
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, first.error) == ("failed", "文件里没有“姓名”列。请用模板。")
    assert f"任务编号 {second.pk}" in second.error
    assert "secret" not in second.error
    assert [row[1] for row in queue()] == ["succeeded", "succeeded"]


def test_a_lost_database_is_not_a_failure_of_the_work(queue, work):
    @long_job("t.lost", "断线")
    def run(task):
        raise OperationalError

    task = begin(run)
    work()
    task.refresh_from_db()
    assert task.state == Task.State.RUNNING
    assert queue() == [("t.lost", "todo", 1)]


def test_cancelled_while_waiting(queue, work):
    ran = []
    task = begin(long_job("t.import", "导入")(lambda task: ran.append(1)))
    with pytest.raises(Missing):
        cancel(task.pk, user_id=8)
    cancel(task.pk, user_id=7)
    work()
    task.refresh_from_db()
    assert (task.state, ran) == (Task.State.CANCELLED, [])
    with pytest.raises(Refusal, match="已取消，不能取消"):
        cancel(task.pk, user_id=7)


def test_cancelled_while_running(queue, work):
    steps = []

    @long_job("t.import", "导入")
    def run(task):
        for step in range(5):
            steps.append(step)
            if step == 2:
                cancel(task.pk, user_id=7)
            progress(task, step, 5)

    task = begin(run)
    work()
    task.refresh_from_db()
    assert (task.state, task.done, steps) == (Task.State.CANCELLED, 2, [0, 1, 2])


def test_an_ending_worker_hands_the_task_back(queue, work):
    calls = []

    @long_job("t.import", "导入")
    def run(task):
        calls.append(1)
        if len(calls) == 1:
            stopping.asked.set()
            try:
                progress(task, 1, 5)
            finally:
                stopping.asked.clear()

    task = begin(run)
    work()
    work()
    task.refresh_from_db()
    assert (task.state, len(calls)) == (Task.State.DONE, 2)


def test_reports_are_throttled(queue, monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(tasks, "REPORT_EVERY", 60)
    task = begin(long_job("t.import", "导入")(lambda task: None))
    progress(task, 1, 9)
    with django_assert_num_queries(0):
        progress(task, 2, 9)
    progress(task, 9, 9)
    assert Task.objects.get().done == 9


def test_each_user_reads_the_own_tasks(queue):
    run = long_job("t.import", "导入")(lambda task: None)
    mine = begin(run)
    assert find(mine.pk, user_id=7) == mine
    assert list(tasks_of(7, kind="t.import")) == [mine]
    assert list(tasks_of(8)) == []
    with pytest.raises(Missing):
        find(mine.pk, user_id=8)
