import { beforeEach, expect, test } from "vitest";
import { openPlan, plan } from "../../../../maps/frontend/redraw/plan.ts";
import type { Operation } from "../../../../maps/frontend/redraw/plan_types.ts";
import { stepText } from "../../../../maps/frontend/redraw/step_text.ts";
import { FakeService, loadPlanPage } from "./fake_service.ts";

const line: GeoJSON.LineString = { type: "LineString", coordinates: [] };

beforeEach(async () => {
  loadPlanPage(new FakeService(), {
    "step.split": "Split",
    "step.merge": "Merge",
    "step.rename": "Rename",
    "step.move_border": "Move border",
    step_transfer: "{count} buildings to {grid}",
    step_create: "Create {count} grids in {name}",
  });
  openPlan("/v1/plans/7");
  await plan.load();
});

test.each<[Operation, string]>([
  [{ kind: "split", code: "A1", line }, "Split 1"],
  [{ kind: "merge", codes: ["A1", "A2"] }, "Merge 1 + 2"],
  [{ kind: "move_border", codes: ["A2", "A1"], line }, "Move border 2 + 1"],
  [{ kind: "rename", code: "A1", name: "East" }, "Rename 1: East"],
  [{ kind: "transfer", buildings: ["H1", "H2"], to: "A2" }, "2 buildings to 2"],
  [{ kind: "create", community: "B", count: 3 }, "Create 3 grids in B"],
  [{ kind: "create", community: "A", count: 3 }, "Create 3 grids in 社区A"],
  [{ kind: "restore", code: "A2" }, "restore 2"],
])("%o is described by its kind and what it changes", (operation, text) => {
  expect(stepText(operation)).toBe(text);
});
