import { beforeEach, expect, test, vi } from "vitest";
import { listen } from "../../../../maps/frontend/core/events.ts";
import { editor } from "../../../../maps/frontend/redraw/editor_state.ts";
import { applyOperation, attempt, onConflict, reloadPlan } from "../../../../maps/frontend/redraw/operations.ts";
import { openPlan, plan } from "../../../../maps/frontend/redraw/plan.ts";
import type { Operation } from "../../../../maps/frontend/redraw/plan_types.ts";
import { FakeService, loadPlanPage, type ShownMessage } from "./fake_service.ts";

const RENAME: Operation = { kind: "rename", code: "A1", name: "one" };
const texts = {
  grid_locked: "Grid {grid} is locked.",
  plan_read_only: "Read only.",
  calculating: "Calculating",
  saved_not_loaded: "Saved, not loaded: {reason}",
};

let service: FakeService;
let message: ShownMessage;

beforeEach(async () => {
  service = new FakeService();
  message = loadPlanPage(service, texts);
  openPlan("/v1/plans/7");
  await plan.load();
  editor.locked.clear();
});

test("an operation on a locked grid is not sent", async () => {
  editor.locked.add("A1");
  expect(await applyOperation(RENAME, ["A2", "A1"])).toBeUndefined();
  expect(service.received("POST", "")).toEqual([]);
  expect(message).toMatchObject({ className: "said fault", hidden: false, text: "Grid 1 is locked." });
});

test("an operation on other grids is sent although a grid is locked", async () => {
  editor.locked.add("A2");
  expect((await applyOperation(RENAME, ["A1"]))?.plan.version).toBe(2);
  expect(message.hidden).toBe(true);
});

test("an account that may not change the plan sends nothing", async () => {
  message = loadPlanPage(service, texts, "wang");
  expect(await applyOperation(RENAME, ["A1"])).toBeUndefined();
  expect(service.received("POST", "")).toEqual([]);
  expect(message).toMatchObject({ className: "said fault", text: "Read only." });
});

test("a refused operation shows the message and the hint, and is announced", async () => {
  const refused = vi.fn();
  listen("refused", refused);
  expect(await applyOperation({ kind: "merge", codes: ["A1", "A2"] })).toBeUndefined();
  expect(message).toMatchObject({ className: "said fault", text: "detail of bad_operation a hint" });
  expect(refused).toHaveBeenCalledOnce();
});

test.each([
  { status: 412, code: "precondition_failed" },
  { status: 409, code: "plan_changed" },
])("an operation on an outdated version ($status $code) can be repeated on the newer one", async (conflict) => {
  service.conflict = conflict;
  service.plan = { ...service.plan, version: 8 };
  const attempts: string[] = [];
  onConflict(async (repeat) => {
    attempts.push("conflict");
    await plan.load();
    return repeat();
  });
  expect((await applyOperation(RENAME))?.plan.version).toBe(9);
  expect(attempts).toEqual(["conflict"]);
  expect(service.received("POST", "").map(({ version }) => version)).toEqual(['"1"', '"8"']);
});

test("a step that is saved without all of its result says so, with the reason", async () => {
  service.changed = ["A", "B"];
  service.fails = (_, address) => address.includes("area=B");
  expect((await applyOperation(RENAME))?.plan.version).toBe(2);
  expect(message).toMatchObject({
    className: "said fault",
    text: "Saved, not loaded: detail of database_unavailable a hint",
  });
  service.fails = () => false;
  await reloadPlan();
  expect(message.hidden).toBe(true);
  expect(plan.communities.has("B")).toBe(true);
});

test("an error that is none of the service is not hidden", async () => {
  await expect(attempt(() => Promise.reject(new TypeError("a bug")))).rejects.toThrow("a bug");
});
