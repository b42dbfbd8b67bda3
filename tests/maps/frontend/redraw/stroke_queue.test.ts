import { beforeEach, expect, test, vi } from "vitest";
import { openPlan, plan } from "../../../../maps/frontend/redraw/plan.ts";
import { StrokeQueue } from "../../../../maps/frontend/redraw/stroke_queue.ts";
import { FakeService, loadPlanPage } from "./fake_service.ts";

const changed = vi.fn();

let service: FakeService;
let queue: StrokeQueue;

beforeEach(async () => {
  service = new FakeService();
  loadPlanPage(service);
  openPlan("/v1/plans/7");
  await plan.load();
  changed.mockClear();
  queue = new StrokeQueue(changed);
});

const stroke = (to: string, ...buildings: string[]) => ({ to, buildings: new Set(buildings) });
const sent = () => service.received("POST", "operations").map(({ body }) => body);
const transfer = (to: string, ...buildings: string[]) => ({ kind: "transfer", buildings, to });

test("strokes to one grid that wait for an earlier one are sent as one step", async () => {
  const first = queue.add(stroke("A1", "a"));
  queue.add(stroke("A2", "b"));
  queue.add(stroke("A2", "d", "c"));
  await first;
  expect(sent()).toEqual([transfer("A1", "a"), transfer("A2", "b", "c", "d")]);
  expect(service.writes.most).toBe(1);
  expect(queue.strokes).toEqual([]);
});

test("the last stroke over a building wins over strokes that wait", async () => {
  const first = queue.add(stroke("A1", "a"));
  queue.add(stroke("A1", "b", "c"));
  queue.add(stroke("A2", "b"));
  expect(queue.strokes.map(({ buildings }) => [...buildings])).toEqual([["a"], ["c"], ["b"]]);
  queue.add(stroke("A1", "b"));
  await first;
  expect(sent()).toEqual([transfer("A1", "a"), transfer("A1", "b", "c")]);
});

test("a stroke that waits is undone at once, without a request", async () => {
  const first = queue.add(stroke("A1", "a"));
  queue.add(stroke("A2", "b"));
  expect(queue.removeLast()).toBe(true);
  expect(changed).toHaveBeenCalledOnce();
  expect(queue.removeLast()).toBe(false); // the first is on its way
  await first;
  expect(sent()).toEqual([transfer("A1", "a")]);
});

test("a stroke that is refused does not stop the next one", async () => {
  const first = queue.add(stroke("A1", "a"));
  queue.add(stroke("A2", "b"));
  service.fails = (method) => method === "POST" && sent().length === 1;
  await first;
  expect(sent()).toEqual([transfer("A1", "a"), transfer("A2", "b")]);
  expect(plan.version).toBe(2);
});
