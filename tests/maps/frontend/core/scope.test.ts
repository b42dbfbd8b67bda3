import { beforeEach, describe, expect, test, vi } from "vitest";
import { emit } from "../../../../maps/frontend/core/events.ts";
import {
  finding,
  gridRows,
  onScope,
  type ScopeFigures,
  scopeCode,
  scopeFigures,
  scopeKey,
} from "../../../../maps/frontend/core/scope.ts";
import { state } from "../../../../maps/frontend/core/store.ts";
import type { Config } from "../../../../maps/frontend/core/types.ts";
import { loadPage } from "../page_config.ts";

const texts = {
  finding: "{area}, {day}: {what}{why}",
  "finding.none": "no buildings",
  "finding.all_covered": "all {buildings} covered",
  "finding.one": "one of {buildings} uncovered",
  "finding.some": "{uncovered} of {buildings} uncovered",
  "finding.some.filtered": "{uncovered} of {buildings} chosen uncovered",
  "finding.lapsed": ", all {lapsed} lapsed",
  "finding.never_covered": ", none ever covered",
  "finding.both": ", {lapsed} lapsed and {never} never",
};

let day = 0;

/* Figures are cached by day and area for the whole file, so each test has a day of its own. */
function openPage(changes: Partial<Config> = {}) {
  day += 1;
  loadPage({ language: "en", title: "Hegang", on: `2024-05-${String(day).padStart(2, "0")}`, texts, ...changes });
}

/* A service whose coverage rows are these; lapsed coverage is what is requested with a reason. */
function serve(rows: object[], lapsed: object[] | null = []): string[] {
  const requested: string[] = [];
  vi.stubGlobal("fetch", async (address: string) => {
    requested.push(address);
    const body = address.includes("reason=lapsed") ? lapsed : rows;
    return body ? Response.json(body) : new Response("", { status: 500 });
  });
  return requested;
}

const row = { code: "230404", name: "Nanshan", buildings: 10, covered: 7, uncovered: 3, households: 100 };

beforeEach(() => openPage());

describe("the code of the scope", () => {
  test("is the chosen area, or else the city", () => {
    expect(scopeCode()).toBe("2304");
    state.scope = "230404";
    expect(scopeCode()).toBe("230404");
  });

  test("is empty without a city", () => {
    openPage({ city: null });
    expect(scopeCode()).toBe("");
  });
});

test("the key changes with the area, the day and the filter, and only with those", () => {
  const keys = new Set([scopeKey()]);
  state.scope = "230404";
  keys.add(scopeKey());
  state.on = "2023-01-01";
  keys.add(scopeKey());
  state.built = { from: 1990, to: null };
  keys.add(scopeKey());
  expect(keys.size).toBe(4);
  const key = scopeKey();
  state.selected = "H1";
  state.level = "grid";
  expect(scopeKey()).toBe(key);
});

describe("the figures", () => {
  test("are the totals of the rows, with the reasons of the uncovered buildings", async () => {
    serve([row, { ...row, code: "230405", buildings: 30, covered: 3, uncovered: 27 }], [{ uncovered: 20 }]);
    const figures = await scopeFigures();
    expect(figures).toMatchObject({ buildings: 40, covered: 10, uncovered: 30, rate: 0.25, grids: null });
    expect(await figures?.reasons).toEqual({ lapsed: 20, never: 10 });
  });

  test("are requested once for a scope", async () => {
    const requested = serve([row]);
    expect(await scopeFigures()).toBe(await scopeFigures());
    expect(requested).toHaveLength(2); // figures and reasons
  });

  test("have no reasons when those cannot be loaded", async () => {
    serve([row], null);
    const figures = await scopeFigures();
    expect(figures?.uncovered).toBe(3);
    expect(await figures?.reasons).toBeNull();
  });

  test("are null without rows", async () => {
    serve([]);
    expect(await scopeFigures()).toBeNull();
  });

  test("are requested again after an error", async () => {
    vi.stubGlobal("fetch", async () => new Response("", { status: 503 }));
    await expect(scopeFigures()).rejects.toThrow("503 /v1/property-coverage");
    serve([row]);
    expect((await scopeFigures())?.buildings).toBe(10);
  });

  test("of the grids page have the number of grids in the area", async () => {
    openPage({ kind: "grids" });
    state.scope = "230404";
    serve([row, { code: "230405001" }]);
    expect((await scopeFigures())?.grids).toBe(1);
  });
});

test("the rows of all grids are requested once a day, and again after an error", async () => {
  vi.stubGlobal("fetch", async () => new Response("", { status: 503 }));
  await expect(gridRows()).rejects.toThrow();
  const requested = serve([row]);
  await gridRows();
  expect(await gridRows()).toEqual([row]);
  expect(requested).toHaveLength(1);
  state.on = "2019-01-01";
  await gridRows();
  expect(requested).toHaveLength(2);
});

test("listeners get the figures of the latest scope only, and null when they cannot be loaded", async () => {
  serve([row]);
  const received: (ScopeFigures | null)[] = [];
  onScope((figures) => received.push(figures));
  state.scope = "230404"; // before the figures of the city have come
  emit("scope");
  await vi.waitFor(() => expect(received).toHaveLength(1));
  vi.stubGlobal("fetch", async () => new Response("", { status: 503 }));
  state.scope = "230405";
  emit("scope");
  await vi.waitFor(() => expect(received).toHaveLength(2));
  expect(received[0]?.buildings).toBe(10);
  expect(received[1]).toBeNull();
});

describe("the finding", () => {
  const day = "1 May 2024";
  const sentence = (buildings: number, uncovered: number, reasons?: { lapsed: number; never: number }) => {
    state.on = "2024-05-01";
    return finding({ buildings, uncovered }, reasons);
  };

  test("depends on how many buildings are uncovered", () => {
    expect(sentence(0, 0)).toBe(`Hegang, ${day}: no buildings`);
    expect(sentence(9, 0)).toBe(`Hegang, ${day}: all 9 covered`);
    expect(sentence(9, 1)).toBe(`Hegang, ${day}: one of 9 uncovered`);
    expect(sentence(1200, 1100)).toBe(`Hegang, ${day}: 1,100 of 1,200 uncovered`);
  });

  test("has the reasons once they are loaded", () => {
    expect(sentence(9, 4, { lapsed: 4, never: 0 })).toContain("uncovered, all 4 lapsed");
    expect(sentence(9, 4, { lapsed: 0, never: 4 })).toContain("uncovered, none ever covered");
    expect(sentence(9, 4, { lapsed: 1, never: 3 })).toContain("uncovered, 1 lapsed and 3 never");
    expect(sentence(9, 0, { lapsed: 0, never: 0 })).not.toContain("ever");
  });

  test("tells that a filter chose the buildings", () => {
    state.hidden.use = new Set(["school"]);
    expect(sentence(9, 4)).toBe(`Hegang, ${day}: 4 of 9 chosen uncovered`);
  });

  test("is empty without figures", () => {
    expect(finding(null)).toBe("");
  });
});
