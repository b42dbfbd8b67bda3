"""Slots and queues: never more than the slots at once, oldest first, no slot lost."""

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.admission import Admission, BatchMemory, SlotQueue
from api.errors import Overloaded
from api.http.request_class import SCOPE_KEY, RequestClass, classify
from api.http.route_label import label_of
from api.middleware.admission_control import AdmissionControl
from tests.waiting import run_coroutine

FOREVER = 1000.0
ACTIONS = st.lists(st.sampled_from(["arrive", "finish", "leave", "time out"]), max_size=40)


async def let_others_run() -> None:
    for _ in range(4):
        await asyncio.sleep(0)


class Callers:
    """Callers of a queue: those that run, those that wait, and the order in which they began."""

    def __init__(self, queue: SlotQueue) -> None:
        self.queue = queue
        self.waiting: list[tuple[int, asyncio.Task[bool]]] = []
        self.running = 0
        self.rejected = 0
        self.started: list[int] = []

    async def act(self, action: str, number: int) -> None:
        match action:
            case "arrive":
                self.waiting.append((number, asyncio.create_task(self.queue.acquire(FOREVER))))
            case "finish" if self.running:
                self.running -= 1
                self.queue.release()
            case "leave" if self.waiting:
                self.waiting.pop(number % len(self.waiting))[1].cancel()
            case "time out":
                assert not await self.queue.acquire(0) or self._run(number)
        await let_others_run()
        for caller, task in [pair for pair in self.waiting if pair[1].done()]:
            self.waiting.remove((caller, task))
            if task.result():
                self._run(caller)
            else:
                self.rejected += 1

    def _run(self, caller: int) -> bool:
        self.running += 1
        self.started.append(caller)
        return True


@settings(max_examples=60, deadline=None)
@given(slots=st.integers(1, 3), length=st.integers(0, 3), actions=ACTIONS)
def test_callers_that_leave_or_time_out_cost_no_slot_and_others_start_in_order(
    slots, length, actions
):
    async def run() -> None:
        callers = Callers(SlotQueue(slots, length))
        for number, action in enumerate(actions):
            await callers.act(action, number)
            assert callers.running <= slots
            assert len(callers.waiting) <= length
            assert callers.running == slots or not callers.waiting
            assert callers.started == sorted(callers.started)
        while callers.running:
            await callers.act("finish", 0)
        assert callers.queue.free_slots == slots

    run_coroutine(run())


def test_a_full_queue_rejects_one_class_and_no_other():
    async def run() -> None:
        slots = {RequestClass.REPORT: 1, RequestClass.LOOKUP: 1}
        admission = Admission(slots, queue_length=0, timeout_s=FOREVER)
        with await admission.acquire(RequestClass.REPORT):
            with pytest.raises(Overloaded):
                await admission.acquire(RequestClass.REPORT)
            with await admission.acquire(RequestClass.LOOKUP):
                pass
        with await admission.acquire(RequestClass.REPORT) as slot:
            slot.release()  # the second release, at the end of the block, has no effect
        assert admission.queues[RequestClass.REPORT].free_slots == 1

    run_coroutine(run())


@pytest.mark.parametrize(
    ("method", "url", "request_class"),
    [
        ("GET", "/healthz", None),
        ("GET", "/readyz", None),
        ("GET", "/metrics", None),
        ("GET", "/v1/lookup?lon=1&lat=2&datum=bd09", None),
        ("GET", "/v1/lookup?lon=1&lat=2&detail=members", RequestClass.LOOKUP),
        ("GET", "/v1/lookup?at=2024-01-01T00:00:00Z&lon=1&lat=2", RequestClass.LOOKUP),
        ("GET", "/v1/lookup?lon=1&lat=2&%64etail=members", RequestClass.LOOKUP),
        ("GET", "/v1/lookup?lon=1&lat=2&%61t", RequestClass.LOOKUP),
        ("GET", "/v1/lookup?lon=1&lat=2&datum=%62d09", None),
        ("POST", "/v1/lookup", None),
        ("GET", "/v1/buildings/b1", RequestClass.OBJECT),
        ("GET", "/v1/grids/230403001001001/history", RequestClass.OBJECT),
        ("GET", "/v1/search?q=1", RequestClass.OBJECT),
        ("POST", "/login", RequestClass.OBJECT),
        ("GET", "/assets/leaflet/leaflet.js", RequestClass.OBJECT),
        ("GET", "/v1/issues/7", RequestClass.OBJECT),
        ("GET", "/v1/issues/counts", RequestClass.REPORT),
        ("GET", "/v1/buildings", RequestClass.REPORT),
        ("GET", "/v1/exports/buildings", RequestClass.EXPORT),
        ("GET", "/v1/property-coverage?by=grid", RequestClass.REPORT),
        ("GET", "/v1/a-route-to-come", RequestClass.REPORT),
        ("POST", "/v1/plans", RequestClass.CHANGE),
        ("PUT", "/v1/a-route-to-come", RequestClass.CHANGE),
        ("GET", "/tiles/areas/9/1/1.mvt", RequestClass.TILE),
    ],
)
def test_every_request_has_the_class_of_what_it_needs(method, url, request_class):
    path, _, query = url.partition("?")
    scope = {"type": "http", "method": method, "path": path, "query_string": query.encode()}
    assert classify(scope) is request_class


def test_every_route_that_uses_a_thread_has_a_class(application):
    """A plain function runs in a thread: without a class it would wait behind all others."""
    unlimited = {
        route.path
        for route in application.routes
        for method in getattr(route, "methods", None) or ()
        if classify({"method": method, "path": route.path, "query_string": b""}) is None
        and not asyncio.iscoroutinefunction(getattr(route, "endpoint", None))
    }
    assert unlimited == set()


class Upload:
    """A request whose body arrives in two parts; the test decides when the second one does."""

    def __init__(self) -> None:
        self.scope = {"type": "http", "method": "POST", "path": "/v1/plans", "query_string": b""}
        self.messages: asyncio.Queue[dict[str, object]] = asyncio.Queue()
        self.sent: list[dict[str, object]] = []
        self.messages.put_nowait({"type": "http.request", "body": b"a", "more_body": True})

    def complete(self) -> None:
        self.messages.put_nowait({"type": "http.request", "body": b"b", "more_body": False})

    async def send(self, message) -> None:
        self.sent.append(message)

    @property
    def status(self) -> object:
        return self.sent[0]["status"] if self.sent else None


async def echo(scope, receive, send):
    """Respond with the body, after everybody else had a turn."""
    assert scope[SCOPE_KEY] is RequestClass.CHANGE
    body = b""
    while (message := await receive()).get("more_body"):
        body += message["body"]
    await let_others_run()
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": body + message["body"]})


def test_a_slow_upload_occupies_no_slot():
    async def run() -> None:
        admission = Admission({RequestClass.CHANGE: 1}, queue_length=0, timeout_s=FOREVER)
        control = AdmissionControl(echo, admission)
        slow, fast = Upload(), Upload()
        requests = [
            asyncio.create_task(control(upload.scope, upload.messages.get, upload.send))
            for upload in (slow, fast)
        ]
        await let_others_run()
        fast.complete()
        await requests[1]
        slow.complete()
        await requests[0]
        assert [upload.sent[1]["body"] for upload in (slow, fast)] == [b"ab", b"ab"]

    run_coroutine(run())


def test_a_client_that_leaves_the_queue_never_runs():
    async def run() -> None:
        admission = Admission({RequestClass.CHANGE: 1}, queue_length=9, timeout_s=FOREVER)
        control = AdmissionControl(echo, admission)
        slot = await admission.acquire(RequestClass.CHANGE)
        upload = Upload()
        upload.complete()
        waiting = asyncio.create_task(control(upload.scope, upload.messages.get, upload.send))
        await let_others_run()
        upload.messages.put_nowait({"type": "http.disconnect"})
        await asyncio.wait_for(waiting, 5)
        slot.release()
        assert upload.status == 499  # nobody reads it
        assert label_of(upload.scope) == "(change)"
        assert admission.queues[RequestClass.CHANGE].free_slots == 1

    run_coroutine(run())


def test_a_client_that_leaves_during_its_upload_is_no_error_of_the_service():
    async def run() -> None:
        admission = Admission({RequestClass.CHANGE: 1}, queue_length=9, timeout_s=FOREVER)
        upload = Upload()
        upload.messages.put_nowait({"type": "http.disconnect"})
        await AdmissionControl(echo, admission)(upload.scope, upload.messages.get, upload.send)
        assert upload.status == 499
        assert admission.queues[RequestClass.CHANGE].free_slots == 1

    run_coroutine(run())


@given(st.lists(st.integers(0, 60), max_size=6), st.integers(0, 100))
def test_bodies_of_batches_never_exceed_their_memory_and_give_it_back(sizes, most):
    memory = BatchMemory(most)
    for _ in range(2):
        with memory.reservation() as first, memory.reservation() as second:
            for number, size in enumerate(sizes):
                free = memory.free_bytes
                try:
                    (first, second)[number % 2](size)
                except Overloaded:
                    assert size > free == memory.free_bytes
            assert 0 <= memory.free_bytes <= most
        assert memory.free_bytes == most
