import { beforeEach, describe, expect, test } from "vitest";
import { listen } from "../../../../maps/frontend/core/events.ts";
import { Problem } from "../../../../maps/frontend/core/http.ts";
import { config } from "../../../../maps/frontend/core/store.ts";
import { Plan } from "../../../../maps/frontend/redraw/plan.ts";
import type { Finding, Operation } from "../../../../maps/frontend/redraw/plan_types.ts";
import { FakeService, gridFeature, loadPlanPage } from "./fake_service.ts";

const RENAME: Operation = { kind: "rename", code: "A1", name: "one" };

let service: FakeService;
let plan: Plan;

beforeEach(async () => {
  service = new FakeService();
  loadPlanPage(service);
  plan = new Plan("/v1/plans/7");
  await plan.load();
});

describe("operations", () => {
  test("run one at a time, each with the version that the previous one returned", async () => {
    await Promise.all([plan.apply(RENAME), plan.undo(), plan.redo(), plan.apply(RENAME)]);
    expect(service.writes.most).toBe(1);
    expect(service.received("POST", "").map(({ version }) => version)).toEqual(['"1"', '"2"', '"3"', '"4"']);
    expect(service.received("POST", "").map(({ address }) => address.split("/").at(-1))).toEqual([
      "operations",
      "undo",
      "redo",
      "operations",
    ]);
    expect(plan.version).toBe(5);
  });

  test("after a refused one still run", async () => {
    const refused = plan.apply({ kind: "merge", codes: ["A1", "A2"] });
    const next = plan.apply(RENAME);
    await expect(refused).rejects.toBeInstanceOf(Problem);
    expect((await next).plan.version).toBe(2);
  });

  test("are done before the plan is published or discarded", async () => {
    const operation = plan.apply(RENAME);
    expect((await plan.publish("title", undefined, "key")).number).toBe(3);
    expect(service.received("POST", "publish")[0]).toMatchObject({ version: '"2"', body: { title: "title" } });
    await operation;
  });

  test("announce the plan after its grids are replaced", async () => {
    const codes: string[][] = [];
    listen("plan", () => codes.push([...plan.grids.keys()]));
    service.grids.A = [gridFeature("A1", 0, 0), gridFeature("A3", 1, 0)];
    await plan.apply(RENAME);
    expect(codes).toEqual([["A1", "A3"]]);
  });

  test("load the grids of a community that is not open yet", async () => {
    service.changed = ["A", "B"];
    await plan.apply(RENAME);
    expect([...plan.grids.keys()].sort()).toEqual(["A1", "A2", "B1"]);
    expect(plan.communityNames.get("B")).toBe("社区B");
  });

  test("load a community again that the plan no longer changes", async () => {
    await plan.open("B");
    service.changed = ["A", "B"];
    await plan.apply(RENAME);
    service.changed = ["A"];
    service.grids.B = [gridFeature("B2", 5, 5)];
    await plan.undo();
    expect(plan.gridsOf("B").map(({ properties }) => properties.code)).toEqual(["B2"]);
    expect(plan.gridsInForce.has("B1")).toBe(true);
  });
});

describe("a community", () => {
  test("that the plan changes is open from the start, another once it is opened, and is loaded once", async () => {
    expect([...plan.communities]).toEqual(["A"]);
    await plan.open("B");
    await plan.open("B");
    expect([...plan.communities]).toEqual(["A", "B"]);
    expect(service.received("GET", "plans/7/grids?area=B")).toHaveLength(1);
    expect(service.received("GET", "/v1/grids?area=B")).toHaveLength(1);
  });

  test("that is opened twice at once is loaded once", async () => {
    await Promise.all([plan.open("B"), plan.open("B")]);
    expect(service.received("GET", "plans/7/grids?area=B")).toHaveLength(1);
    expect(plan.communities.has("B")).toBe(true);
  });

  test("that could not be opened has nothing on the page, and can be opened later", async () => {
    service.fails = (_, address) => address.includes("plans/7/grids?area=B");
    await expect(plan.open("B")).rejects.toThrow("detail of database_unavailable");
    expect([plan.communities.has("B"), plan.gridsInForce.has("B1")]).toEqual([false, false]);
    service.fails = () => false;
    await plan.open("B");
    expect(plan.gridsInForce.has("B1")).toBe(true);
  });
});

describe("a step that is saved while a community cannot be loaded", () => {
  const fails = (_: string, address: string) => address.includes("area=B");

  test("shows the new grids, closes the community and has the reason", async () => {
    service.changed = ["A", "B"];
    service.fails = fails;
    service.grids.A = [gridFeature("A3", 0, 0)];
    await plan.apply(RENAME);
    expect([...plan.grids.keys()]).toEqual(["A3"]);
    expect(plan.version).toBe(2);
    expect(plan.loadError).toMatchObject({ code: "database_unavailable" });
  });

  test("is complete once the community is loaded", async () => {
    service.changed = ["A", "B"];
    service.fails = fails;
    await plan.apply(RENAME);
    service.fails = () => false;
    await plan.load();
    expect(plan.loadError).toBeNull();
    expect([...plan.communities].sort()).toEqual(["A", "B"]);
  });

  test("closes a community that it leaves unchanged, whose grids would be those of before", async () => {
    await plan.open("B");
    service.changed = ["A", "B"];
    await plan.apply(RENAME);
    service.changed = ["A"];
    service.fails = fails;
    await plan.undo();
    expect([...plan.communities]).toEqual(["A"]);
    expect([plan.grids.has("B1"), plan.gridsInForce.has("B1")]).toEqual([false, false]);
  });
});

test("a plan that could not be loaded again has the version of what it shows", async () => {
  service.plan = { ...service.plan, version: 9 };
  service.fails = (_, address) => address.includes("/grids");
  await expect(plan.load()).rejects.toBeInstanceOf(Problem);
  expect(plan.version).toBe(1);
});

test("a published plan is read-only before it is loaded again", async () => {
  await plan.publish("title", undefined, "key");
  expect(plan.json).toMatchObject({ status: "published", revision: 3 });
  expect(plan.isOpen).toBe(false);
});

describe("the grid at a point", () => {
  test("is the one that covers it, null outside the open communities", async () => {
    expect(plan.gridAt([0.5, 0.5])).toBe("A1");
    expect(plan.gridAt([1.5, 0.5])).toBe("A2");
    expect(plan.gridAt([5.5, 5.5])).toBeNull();
    await plan.open("B");
    expect(plan.gridAt([5.5, 5.5])).toBe("B1");
  });

  test("is not the one around it", async () => {
    const island = gridFeature("A2", 1, 1);
    const around = gridFeature("A1", 0, 0, 3, [
      [1, 1],
      [2, 1],
      [2, 2],
      [1, 2],
      [1, 1],
    ]);
    service.grids.A = [around, island];
    await plan.load();
    expect(plan.gridAt([1.5, 1.5])).toBe("A2");
    expect(plan.gridAt([2.5, 1.5])).toBe("A1");
  });
});

test("a community is closed with all that it showed, unless the plan changes it", async () => {
  await plan.open("B");
  plan.close("A");
  plan.close("B");
  expect([...plan.communities]).toEqual(["A"]);
  expect([...plan.grids.keys(), ...plan.gridsInForce.keys()]).toEqual(["A1", "A2", "A1", "A2"]);
});

test("a coordinator changes the communities within the reach, a viewer none", async () => {
  await plan.open("B");
  config.account.reach = "B";
  expect([plan.mayChange("A"), plan.mayChange("B"), plan.hasEditable, plan.isInReach]).toEqual([
    false,
    true,
    true,
    false,
  ]);
  plan.close("B");
  expect(plan.hasEditable).toBe(false);
  Object.assign(config.account, { reach: null, role: "viewer" });
  expect([plan.mayChange("A"), plan.isOpen, plan.isInReach]).toEqual([false, false, true]);
});

test("the name of a grid is shown without that of its community", () => {
  expect(plan.gridName({ name: "社区A第一网格", community_code: "A" })).toBe("第一网格");
  expect(plan.gridName({ name: "东风网格", community_code: "A" })).toBe("东风网格");
  expect(plan.gridName({ name: null, community_code: "A" })).toBeNull();
});

test("findings about a community that the plan does not change are those about the grids in force", async () => {
  service.findings = [{ kind: "grid_too_large", codes: ["B1"], size: 9, unit: "", limit: 1 } as unknown as Finding];
  await plan.open("B");
  const [finding] = plan.allFindings();
  expect(finding).toMatchObject({ codes: ["B1"], isNew: false });
  expect(plan.allFindings()).toHaveLength(1);
});

test("only the author and administrators may change a draft", () => {
  expect(plan.isOpen).toBe(true);
  plan.json.status = "published";
  expect(plan.isOpen).toBe(false);
  plan.json.status = "draft";
  loadPlanPage(service, {}, "wang");
  expect(plan.isOpen).toBe(false);
});
