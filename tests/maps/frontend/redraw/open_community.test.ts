import { beforeEach, expect, test, vi } from "vitest";
import { openAt, openCommunitiesOn } from "../../../../maps/frontend/redraw/open_community.ts";
import { openPlan, plan } from "../../../../maps/frontend/redraw/plan.ts";
import { FakeService, gridFeature, loadPlanPage, type ShownMessage } from "./fake_service.ts";

let service: FakeService;
let message: ShownMessage;
const fitBounds = vi.fn();

beforeEach(async () => {
  service = new FakeService();
  message = loadPlanPage(service);
  openPlan("/v1/plans/7");
  await plan.load();
  fitBounds.mockClear();
  openCommunitiesOn({ getZoom: () => 12, fitBounds } as unknown as L.Map);
});

const bounds = () => fitBounds.mock.calls.map(([corners]) => corners);

test("a community that is opened from afar is zoomed to by its grids", async () => {
  await openAt({ lat: 5.5, lng: 5.5 });
  expect(bounds()).toEqual([
    [
      [5, 5],
      [6, 6],
    ],
  ]);
});

test("a community without grids is zoomed to by its outline", async () => {
  service.grids.B = [];
  service.outlines.B = gridFeature("B1", 7, 8, 2).geometry;
  await openAt({ lat: 8.5, lng: 7.5 });
  expect(bounds()).toEqual([
    [
      [8, 7],
      [10, 9],
    ],
  ]);
});

test("a community without grids and outline is opened where the map is", async () => {
  service.grids.B = [];
  await openAt({ lat: 8.5, lng: 7.5 });
  expect(bounds()).toEqual([]);
  expect(plan.communities.has("B")).toBe(true);
  expect(message.hidden).toBe(true);
});

test("a community that cannot be opened shows the reason and the hint", async () => {
  service.fails = (_, address) => address.includes("area=B");
  await openAt({ lat: 5.5, lng: 5.5 });
  expect(message).toMatchObject({ className: "said fault", text: "detail of database_unavailable a hint" });
});
