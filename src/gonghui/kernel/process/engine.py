"""One case's process in memory: SpiffWorkflow walks the diagram, what it means is ours.

Nothing of Spiff's own evaluation is used: conditions go to the host (CEL), service tasks call
an effect by name, script tasks cannot be parsed, timers and messages only wait until somebody
delivers them. Task data stays empty; what a case knows is in its variables. Pure: no Django.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol

from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.parser import event_parsers, task_parsers
from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnParser
from SpiffWorkflow.bpmn.parser.TaskParser import TaskParser
from SpiffWorkflow.bpmn.parser.util import full_tag
from SpiffWorkflow.bpmn.parser.ValidationException import ValidationException
from SpiffWorkflow.bpmn.specs import defaults, mixins
from SpiffWorkflow.bpmn.specs.control import BoundaryEventSplit
from SpiffWorkflow.bpmn.specs.event_definitions.base import EventDefinition
from SpiffWorkflow.bpmn.specs.mixins.unstructured_join import UnstructuredJoin
from SpiffWorkflow.bpmn.util.subworkflow import BpmnSubWorkflow
from SpiffWorkflow.exceptions import SpiffWorkflowException
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from gonghui.kernel.process import diagram as diagrams
from gonghui.kernel.process.diagram import Diagram, Node

LIVE = TaskState.WAITING | TaskState.READY | TaskState.STARTED
MOST_STEPS = 300
"""Steps one advance may take: a circle of gateways without a person in it stops here."""


class Unrunnable(ValueError):
    """The diagram cannot be run; `element` is the id of the step at fault, or empty."""

    def __init__(self, message: str, element: str = "") -> None:
        super().__init__(message)
        self.element = element


class Endless(RuntimeError):
    """An advance that comes back to itself without anybody having to act."""


class Host(Protocol):
    """What the engine asks of the case it runs for."""

    def holds(self, condition: str, node: Node) -> bool:
        """Whether a condition is true for the case's variables."""
        ...

    def perform(self, node: Node) -> None:
        """Run the effect a service task names."""
        ...

    def passed(self, node: Node) -> None:
        """Told of every step of the diagram that was completed."""
        ...


class Arrival(EventDefinition):  # type: ignore[misc]
    """A timer or message event: it waits until `Run.deliver` says it has come."""


class Work(mixins.UserTaskMixin, defaults.BpmnSpecMixin):  # type: ignore[misc]
    """A user task: becomes work items."""


class Automatic(defaults.BpmnSpecMixin):  # type: ignore[misc]
    """A service task: the host does it at once."""

    def _run_hook(self, my_task: Task) -> bool:
        engine = my_task.workflow.top_workflow.script_engine
        engine.host.perform(engine.compiled.diagram.nodes[self.bpmn_id])
        return True


class _ArrivalMixin:
    def parse_timer_event(self, event: Any) -> Arrival:
        return Arrival()

    def parse_message_event(self, event: Any) -> Arrival:
        return Arrival()


class _Boundary(_ArrivalMixin, event_parsers.BoundaryEventParser):  # type: ignore[misc]
    pass


class _Catch(_ArrivalMixin, event_parsers.IntermediateCatchEventParser):  # type: ignore[misc]
    pass


class _Receive(event_parsers.ReceiveTaskParser):  # type: ignore[misc]
    def create_task(self) -> Any:
        return self._create_task(Arrival())


SUPPORTED = {
    "startEvent": (event_parsers.StartEventParser, defaults.StartEvent),
    "endEvent": (event_parsers.EndEventParser, defaults.EndEvent),
    "userTask": (TaskParser, Work),
    "serviceTask": (TaskParser, Automatic),
    "subProcess": (task_parsers.SubWorkflowParser, defaults.SubWorkflowTask),
    "exclusiveGateway": (task_parsers.ConditionalGatewayParser, defaults.ExclusiveGateway),
    "parallelGateway": (task_parsers.GatewayParser, defaults.ParallelGateway),
    "inclusiveGateway": (task_parsers.ConditionalGatewayParser, defaults.InclusiveGateway),
    "intermediateCatchEvent": (_Catch, defaults.IntermediateCatchEvent),
    "boundaryEvent": (_Boundary, defaults.BoundaryEvent),
    "receiveTask": (_Receive, defaults.ReceiveTask),
}
"""The kinds of steps that run, by BPMN tag; every other step of a process is refused."""
EVENTS = {
    "startEvent": {""},
    "endEvent": {"", "terminate"},
    "intermediateCatchEvent": {"timer", "message"},
    "boundaryEvent": {"timer", "message"},
    "receiveTask": {"message"},
}
"""What an event may wait for, by its tag."""
QUIET = {"dataObject", "dataObjectReference", "dataStoreReference", "category"}
"""Drawn for the reader; nothing runs."""


class _Parser(BpmnParser):  # type: ignore[misc]
    PARSER_CLASSES = {full_tag(tag): found for tag, found in SUPPORTED.items()}


@dataclass(frozen=True)
class Compiled:
    """A diagram ready to run, shared by every case of its definition and never changed."""

    diagram: Diagram
    spec: Any
    inner: dict[str, Any]


def compile_diagram(text: str) -> Compiled:
    """Read a BPMN text for running; raises Unrunnable with the step at fault."""
    try:
        diagram = diagrams.read(text)
    except diagrams.Unreadable as error:
        raise Unrunnable(str(error)) from error
    for node in diagram.nodes.values():
        _check(node)
    parser = _Parser()
    try:
        parser.add_bpmn_xml(diagrams.tree_of(text))
        spec = parser.get_spec(diagram.process)
        inner = parser.get_subprocess_specs(diagram.process)
    except ValidationException as error:
        node_id = error.tag_id if hasattr(error, "tag_id") else ""
        raise Unrunnable("流程图无法运行，请检查连线和步骤的设置。", node_id or "") from error
    except (SpiffWorkflowException, KeyError, AttributeError, RecursionError) as error:
        raise Unrunnable("流程图无法运行，请检查连线和步骤的设置。") from error
    return Compiled(diagram, spec, inner)


def _check(node: Node) -> None:
    if node.kind in QUIET:
        return
    if node.kind not in SUPPORTED:
        raise Unrunnable(f"“{node.title}”的类型不能使用。", node.id)
    if node.looped:
        raise Unrunnable(f"“{node.title}”不能设多实例或循环，多人办理请用会签设置。", node.id)
    if node.event not in EVENTS.get(node.kind, {""}):
        raise Unrunnable(f"“{node.title}”的事件类型不能使用。", node.id)


compiled_text = lru_cache(maxsize=256)(compile_diagram)
"""`compile_diagram`, remembered: parsing takes some 10 ms, a running case should not pay it."""


class _Engine:
    """What Spiff asks where its own script engine stood; it can evaluate conditions only."""

    def __init__(self, compiled: Compiled, host: Host) -> None:
        self.compiled = compiled
        self.host = host

    @property
    def environment(self) -> _Engine:
        return self

    def evaluate(self, task: Task, expression: str, external_context: Any = None) -> bool:
        node = self.compiled.diagram.nodes[task.task_spec.bpmn_id]
        return self.host.holds(expression, node)

    def execute(self, *args: Any, **kwargs: Any) -> None:
        raise RuntimeError("no script runs in a process")

    call_service = execute


@dataclass(frozen=True)
class Token:
    """Where a case stands: an id that lasts as long as the token waits there, and the step.

    waits: "work", "timer" or "message".
    """

    id: int
    node: Node
    waits: str


class Run:
    """The process of one case: start or restore it, move it, store it.

    State is {"n": next id, "w": {"0": [[id, parent, step, state], …], "<task id>": …}} in which
    only where the case stands and the way there is kept: circles are cut out, so however often
    a case returns, its state is no longer than its diagram.
    """

    def __init__(self, compiled: Compiled, host: Host) -> None:
        self.compiled = compiled
        self._next = 1
        self._engine = _Engine(compiled, host)
        self._workflow: BpmnWorkflow

    @classmethod
    def start(cls, compiled: Compiled, host: Host) -> Run:
        run = cls(compiled, host)
        run._workflow = BpmnWorkflow(compiled.spec, compiled.inner, script_engine=run._engine)
        run._go()
        return run

    @classmethod
    def restore(cls, compiled: Compiled, host: Host, state: dict[str, Any]) -> Run:
        run = cls(compiled, host)
        run._next = state["n"]
        top = BpmnWorkflow(
            compiled.spec, compiled.inner, script_engine=run._engine, deserializing=True
        )
        run._workflow = top
        trees = dict(state["w"])
        run._grow(top, trees.pop("0"))
        # A sub-process is built after the one its task stands in.
        while trees:
            for key in list(trees):
                holder = run._holding(int(key))
                if holder is None:
                    continue
                task = holder.tasks[int(key)]
                inner = compiled.inner[task.task_spec.spec]
                sub = BpmnSubWorkflow(inner, task.id, top, deserializing=True)
                top.subprocesses[task.id] = sub
                run._grow(sub, trees.pop(key))
                if task.has_state(TaskState.COMPLETED):
                    sub.completed = True
                sub.completed_event.connect(task.task_spec._on_subworkflow_completed, task)
        for workflow in run._workflows():
            for task in list(workflow.tasks.values()):
                if task.has_state(LIVE):
                    task.task_spec._predict(task, mask=TaskState.NOT_FINISHED_MASK)
        return run

    def _grow(self, workflow: Any, rows: list[list[Any]]) -> None:
        for identifier, parent, name, state in rows:
            task = Task(workflow, workflow.spec.task_specs[name], state=state, id=identifier)
            task._parent = parent or None
        for identifier, parent, _name, _state in rows:
            if parent:
                workflow.tasks[parent]._children.append(identifier)
            else:
                workflow.task_tree = workflow.tasks[identifier]

    def _workflows(self) -> list[Any]:
        return [self._workflow, *self._workflow.subprocesses.values()]

    def _holding(self, identifier: int) -> Any:
        return next((found for found in self._workflows() if identifier in found.tasks), None)

    def _task(self, identifier: int) -> Task:
        holder = self._holding(identifier)
        if holder is None or not holder.tasks[identifier].has_state(LIVE):
            raise KeyError(identifier)
        return holder.tasks[identifier]

    @property
    def completed(self) -> bool:
        return bool(self._workflow.completed)

    def tokens(self) -> list[Token]:
        """Where the case stands now, in the order the tokens came to be."""
        found = []
        for workflow in self._workflows():
            if workflow.completed:
                continue
            for task in workflow.tasks.values():
                if task.has_state(TaskState.READY | TaskState.WAITING) and (
                    token := self._token(task)
                ):
                    found.append(token)
        return sorted(found, key=lambda token: token.id)

    def _token(self, task: Task) -> Token | None:
        node = self.compiled.diagram.nodes.get(getattr(task.task_spec, "bpmn_id", None) or "")
        if node is None:
            return None
        if isinstance(task.task_spec, Work):
            return Token(task.id, node, "work")
        if node.event in {"timer", "message"}:
            return Token(task.id, node, node.event)
        return None

    def complete(self, token: int) -> None:
        """Finish a user task and go on; KeyError when nothing waits there any more."""
        self._task(token).run()
        self._go()

    def deliver(self, token: int) -> None:
        """Let the timer or message of a token arrive and go on; KeyError as for `complete`."""
        task = self._task(token)
        task._set_internal_data(event_fired=True)
        task.task_spec._update(task)
        self._go()

    def _go(self) -> None:
        taken = 0

        def note(task: Task) -> None:
            nonlocal taken
            taken += 1
            if taken > MOST_STEPS:
                raise Endless("the process does not come to a stop")
            node = self.compiled.diagram.nodes.get(getattr(task.task_spec, "bpmn_id", None) or "")
            if node is not None:
                self._engine.host.passed(node)

        self._workflow.do_engine_steps(did_complete_task=note)
        self._number()

    def _number(self, again: set[int] | frozenset[int] = frozenset()) -> None:
        """Give new tasks, and those begun again, short lasting ids in place of Spiff's."""
        for workflow in self._workflows():
            renamed = {}
            for identifier in workflow.tasks:
                if not isinstance(identifier, int) or identifier in again:
                    renamed[identifier] = self._next
                    self._next += 1
            if not renamed:
                continue
            tasks = {}
            for identifier, task in workflow.tasks.items():
                task.id = renamed.get(identifier, identifier)
                task._parent = renamed.get(task._parent, task._parent)
                task._children = [renamed.get(child, child) for child in task._children]
                tasks[task.id] = task
            workflow.tasks = tasks
            subs = self._workflow.subprocesses
            for identifier in [key for key in subs if key in renamed]:
                sub = subs.pop(identifier)
                sub.parent_task_id = renamed[identifier]
                subs[sub.parent_task_id] = sub

    def earlier(self, token: int) -> list[Node]:
        """The user tasks on the way to a token, the latest first: where it may be sent back to.

        Those of parallel branches that have met since are among them; see `send_back`.
        """
        found: dict[str, Node] = {}
        for task in self._way(self._task(token)):
            for node in self._works_at(task):
                found.setdefault(node.id, node)
        found.pop(self._task(token).task_spec.bpmn_id, None)
        return list(found.values())

    def _way(self, task: Task) -> Iterator[Task]:
        """The ancestors of a task, through the sub-process it stands in."""
        while True:
            workflow = task.workflow
            parent = task.parent
            if parent is None:
                if workflow.parent_task_id is None:
                    return
                task = self._holding(workflow.parent_task_id).tasks[workflow.parent_task_id]
            else:
                task = parent
            yield from self._inside(task)
            yield task

    def _inside(self, task: Task) -> Iterator[Task]:
        """The way through a sub-process that is over, from its end."""
        sub = self._workflow.subprocesses.get(task.id)
        if sub is None or not sub.completed:
            return
        step = next((item for item in sub.tasks.values() if item.task_spec.name == "End"), None)
        while step is not None:
            yield from self._inside(step)
            yield step
            step = step.parent

    def _works_at(self, task: Task) -> list[Node]:
        if isinstance(task.task_spec, BoundaryEventSplit):
            task = self._watched(task)
        node = self.compiled.diagram.nodes.get(getattr(task.task_spec, "bpmn_id", None) or "")
        if node is None:
            return []
        if isinstance(task.task_spec, Work):
            return [node]
        if isinstance(task.task_spec, UnstructuredJoin) and len(node.arriving) > 1:
            fork = self._fork_before(task)
            return [] if fork is None else list(self._between(fork, node))
        return []

    @staticmethod
    def _watched(split: Task) -> Task:
        """The task whose boundary events a split stands before."""
        return next(
            child for child in split.children if not hasattr(child.task_spec, "cancel_activity")
        )

    def _fork_before(self, join: Task) -> Task | None:
        for task in self._way(join):
            spec = task.task_spec
            if isinstance(spec, UnstructuredJoin) and len(getattr(spec, "outputs", ())) > 1:
                return task
        return None

    def _between(self, fork: Task, join: Node) -> Iterator[Node]:
        nodes = self.compiled.diagram.nodes
        seen = {join.id}
        waiting = [arrow.target for arrow in nodes[fork.task_spec.bpmn_id].leaving]
        while waiting:
            node = nodes[waiting.pop(0)]
            if node.id in seen:
                continue
            seen.add(node.id)
            if node.kind == "userTask":
                yield node
            waiting += [arrow.target for arrow in node.leaving]

    def send_back(self, token: int, to: str) -> None:
        """Take a token back to an earlier step; everything begun after that step is undone.

        A step of a parallel branch that has met the others since opens all of these branches
        again. KeyError when the step is not on the way.
        """
        here = self._task(token)
        before = {item.id for item in self.tokens()}
        for task in self._way(here):
            found = [node.id for node in self._works_at(task)]
            if to not in found:
                continue
            target: Task | None = task
            if isinstance(task.task_spec, BoundaryEventSplit):
                target = self._watched(task)
            elif not isinstance(task.task_spec, Work):
                target = self._fork_before(task)
            if target is not None:
                self._workflow.reset_from_task_id(target.id)
                for workflow in self._workflows():
                    live = any(item.has_state(LIVE) for item in workflow.tasks.values())
                    workflow.completed = workflow.completed and not live
                self._go()
                self._number({item.id for item in self.tokens()} - before)
                return
        raise KeyError(to)

    def store(self) -> dict[str, Any]:
        """The state to keep, as JSON types; empty once the process is over."""
        if self.completed:
            return {}
        trees: dict[str, list[list[Any]]] = {}
        for workflow in self._workflows():
            key = workflow.parent_task_id
            if key is not None and not self._is_kept(key, trees):
                continue
            trees[str(key or 0)] = self._pruned(workflow)
        return {"n": self._next, "w": trees}

    def _is_kept(self, identifier: int, trees: dict[str, list[list[Any]]]) -> bool:
        return any(row[0] == identifier for rows in trees.values() for row in rows)

    def _pruned(self, workflow: Any) -> list[list[Any]]:
        tasks: dict[int, Task] = workflow.tasks
        live = [task for task in tasks.values() if task.has_state(LIVE)]
        if not live:
            # A sub-process that is over stays for the way through it.
            live = [task for task in tasks.values() if task.task_spec.name == "End"]
        waiting = {
            task.task_spec.name for task in live if isinstance(task.task_spec, UnstructuredJoin)
        }
        ends = live + [
            task
            for task in tasks.values()
            if task.has_state(TaskState.CANCELLED) and task.task_spec.name in waiting
        ]
        parent: dict[int, int | None] = {}
        for task in ends:
            step: Task | None = task
            while step is not None and step.id not in parent:
                parent[step.id] = step._parent
                step = step.parent
        self._cut_circles(tasks, parent, [task.id for task in ends])
        for identifier in list(parent):
            task = tasks[identifier]
            if isinstance(task.task_spec, BoundaryEventSplit):
                for child in task.children:
                    if not child.has_state(TaskState.PREDICTED_MASK | TaskState.FUTURE):
                        parent.setdefault(child.id, identifier)
        return [
            [
                identifier,
                parent[identifier] or 0,
                tasks[identifier].task_spec.name,
                tasks[identifier].state,
            ]
            for identifier in sorted(parent)
        ]

    @staticmethod
    def _cut_circles(
        tasks: dict[int, Task], parent: dict[int, int | None], ends: list[int]
    ) -> None:
        """Leave out of the kept tree whatever lies between two visits of the same step."""
        for end in ends:
            again = True
            while again:
                again = False
                children: dict[int | None, int] = {}
                for above in parent.values():
                    children[above] = children.get(above, 0) + 1
                last: dict[str, int] = {}
                step: int | None = end
                while step is not None:
                    name = tasks[step].task_spec.name
                    later = last.get(name)
                    if later is not None and _alone(parent, children, later, step):
                        gone, before = parent[later], parent[step]
                        parent[later] = before
                        while gone is not None and gone != before:
                            gone = parent.pop(gone)
                        again = True
                        break
                    last.setdefault(name, step)
                    step = parent[step]


def _alone(
    parent: dict[int, int | None], children: dict[int | None, int], later: int, earlier: int
) -> bool:
    """Whether nothing else hangs on the way from the earlier visit to the later one."""
    step = parent[later]
    while step is not None:
        if children.get(step, 0) != 1:
            return False
        if step == earlier:
            return True
        step = parent[step]
    return False
