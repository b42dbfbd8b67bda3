import { beforeEach, expect, test } from "vitest";
import { emptyCommunity, gridCount } from "../../../../maps/frontend/redraw/create_grids.ts";
import { openPlan, plan } from "../../../../maps/frontend/redraw/plan.ts";
import { FakeService, gridFeature, loadPlanPage } from "./fake_service.ts";

test.each([
  { buildings: 20, households: 3100, target: 300, count: 10 },
  { buildings: 4, households: 3100, target: 300, count: 4 }, // no grid without a building
  { buildings: 20, households: 100, target: 300, count: 1 },
  { buildings: 0, households: 0, target: 300, count: 1 },
  { buildings: 9000, households: 900_000, target: 0, count: 999 }, // as many as there are numbers
])(
  "$buildings buildings with $households households make $count grids of $target",
  ({ target, count, ...contents }) => {
    expect(gridCount(contents, target)).toBe(count);
  },
);

let service: FakeService;

beforeEach(() => {
  service = new FakeService();
  service.grids.B = [];
});

async function shownFor(login = "chen") {
  loadPlanPage(service, { no_grids: "No grids.", no_buildings: "No buildings.", no_outline: "No outline." }, login);
  openPlan("/v1/plans/7");
  await plan.load();
  await plan.open("B");
  return emptyCommunity("B").map((part) => (part as unknown as { text: string }).text);
}

test("a community without an outline says why it can have no grids", async () => {
  expect(await shownFor()).toEqual(["No outline."]);
});

test("a community without buildings says that it can have one grid only", async () => {
  service.outlines.B = gridFeature("B1", 5, 5).geometry;
  expect(await shownFor()).toEqual(["No grids.", "No buildings.", "create_grids"]);
});

test("an account that may not change the plan is not offered to create grids", async () => {
  service.outlines.B = gridFeature("B1", 5, 5).geometry;
  expect(await shownFor("wang")).toEqual(["No grids.", "No buildings."]);
});
