import { beforeEach, expect, test, vi } from "vitest";
import { state } from "../../../../maps/frontend/core/store.ts";
import { hasBuildings, listBuildings, listMoreBuildings } from "../../../../maps/frontend/panels/building_list.ts";
import { loadPage } from "../page_config.ts";

const PAGE = 2;
let requests: URL[] = [];
let delays: Record<string, Promise<void>> = {}; // of the responses, by area

/* A service with five uncovered buildings of an area, two on a page. */
function respond(address: string) {
  const url = new URL(address, "https://example.org");
  requests.push(url);
  const area = url.searchParams.get("area") ?? "";
  const start = Number(url.searchParams.get("cursor") ?? 0);
  const features = [0, 1, 2, 3, 4].slice(start, start + PAGE).map((number) => ({
    properties: { code: `${area}-${number}` },
    geometry: {
      coordinates: [
        [
          [130, 47],
          [130.5, 47],
          [130.5, 48],
          [130, 47],
        ],
      ],
    },
  }));
  const next = { rel: "next", href: `/v1/buildings?cursor=${start + PAGE}` };
  return { features, links: start + PAGE < 5 ? [next] : [] };
}

beforeEach(() => {
  loadPage();
  requests = [];
  vi.stubGlobal("location", { href: "https://example.org/map" });
  delays = {};
  vi.stubGlobal("fetch", async (address: string) => {
    const response = Response.json(respond(address));
    await delays[new URL(address, "https://example.org").searchParams.get("area") ?? ""];
    return response;
  });
});

const codes = async (uncovered = 5) => (await listBuildings({ uncovered })).rows.map(({ code }) => code);

test("the list grows by a page at a time until it is complete", async () => {
  state.scope = "230403001";
  expect(await codes()).toEqual(["230403001-0", "230403001-1"]);
  await listMoreBuildings();
  expect(await codes()).toHaveLength(4);
  await listMoreBuildings();
  const { rows, next } = await listBuildings({ uncovered: 5 });
  expect(rows.map(({ code }) => code.slice(-1))).toEqual(["0", "1", "2", "3", "4"]);
  expect(next).toBeNull();
  expect(requests).toHaveLength(3);
});

test("each building has the middle of its footprint", async () => {
  state.scope = "230403002";
  expect((await listBuildings({ uncovered: 5 })).rows[0]).toMatchObject({ lon: 130.25, lat: 47.5 });
});

test("another area or another number of buildings begins a new list", async () => {
  state.scope = "230403003";
  await codes();
  await listMoreBuildings();
  expect(await codes(4)).toHaveLength(2);
  state.scope = "230403004";
  expect(await codes(4)).toEqual(["230403004-0", "230403004-1"]);
});

test("a page that comes after the list has changed is dropped", async () => {
  state.scope = "230403005";
  await codes();
  const late = listMoreBuildings();
  state.scope = "230403006";
  await codes();
  await late;
  expect(await codes()).toEqual(["230403006-0", "230403006-1"]);
});

test("a late response of an area that was left does not replace the list of the current one", async () => {
  let release = () => {};
  delays["230403007"] = new Promise((resolve) => (release = resolve));
  state.scope = "230403007";
  const late = codes();
  state.scope = "230403008";
  await codes();
  await listMoreBuildings();
  release();
  expect(await late).toEqual(["230403007-0", "230403007-1"]);
  expect(await codes()).toHaveLength(4);
  expect(requests).toHaveLength(3);
});

test("a list that was requested twice stays as long as it has grown", async () => {
  state.scope = "230403009";
  let release = () => {};
  const first = codes();
  delays["230403009"] = new Promise((resolve) => (release = resolve));
  const second = codes();
  await first;
  delays = {};
  await listMoreBuildings();
  release();
  expect(await second).toHaveLength(4);
  expect(await codes()).toHaveLength(4);
});

test("a page without a layer of buildings has none to list", () => {
  expect(hasBuildings()).toBe(false);
});
