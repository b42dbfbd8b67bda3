import { beforeEach, describe, expect, test } from "vitest";
import {
  chooseTool,
  clearSelection,
  editor,
  selectGrid,
  shortCode,
  type Tool,
  toggleLock,
  updateGrids,
} from "../../../../maps/frontend/redraw/editor_state.ts";
import { openPlan, plan } from "../../../../maps/frontend/redraw/plan.ts";
import { FakeService, gridFeature, loadPlanPage } from "./fake_service.ts";

let service: FakeService;

beforeEach(async () => {
  service = new FakeService();
  loadPlanPage(service);
  openPlan("/v1/plans/7");
  await plan.load();
  clearSelection();
  editor.locked.clear();
});

const select = (tool: Tool, ...codes: string[]) => {
  editor.tool = tool;
  for (const code of codes) selectGrid(code);
  return editor.selected;
};

describe("the selection", () => {
  test.each(["look", "paint", "split"] as const)("of the tool %s is the last grid", (tool) => {
    expect(select(tool, "A1", "A2")).toEqual(["A2"]);
    expect(select(tool, "A2")).toEqual(["A2"]);
  });

  test("of a border is two grids, in the order of selection; a third one starts anew", () => {
    expect(select("border", "A2", "A1")).toEqual(["A2", "A1"]);
    expect(select("border", "B1")).toEqual(["B1"]);
  });

  test("of a merger is any number of grids, each until it is selected again", () => {
    expect(select("merge", "A1", "A2", "B1")).toEqual(["A1", "A2", "B1"]);
    expect(select("merge", "A2")).toEqual(["A1", "B1"]);
  });

  test("is cut to one grid by a tool that works on one", () => {
    select("merge", "A1", "A2");
    chooseTool("border");
    expect(editor.selected).toEqual(["A1", "A2"]);
    chooseTool("paint");
    expect(editor.selected).toEqual(["A1"]);
  });

  test("loses the grids that the plan no longer has", async () => {
    select("merge", "A1", "A2");
    service.grids.A = [gridFeature("A2", 1, 0)];
    await plan.load();
    editor.colours = new Map([["A2", "red"]]);
    updateGrids();
    expect(editor.selected).toEqual(["A2"]);
  });
});

test("a grid is locked until it is locked again", () => {
  toggleLock("A1");
  expect([...editor.locked]).toEqual(["A1"]);
  toggleLock("A1");
  expect([...editor.locked]).toEqual([]);
});

test("the short code of a grid is without that of its community, also for a grid that the plan removes", async () => {
  expect(shortCode("A1")).toBe("1");
  service.grids.A = [gridFeature("A2", 1, 0)];
  await plan.load();
  expect(plan.grids.has("A1")).toBe(false);
  expect(shortCode("A1")).toBe("1");
  expect(shortCode("A77")).toBe("77"); // of an open community
  expect(shortCode("Z1")).toBe("Z1");
});
