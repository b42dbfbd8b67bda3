/* Loads the store as a page does, from a configuration that each test completes. */

import { vi } from "vitest";
import { load, type PackedLayer } from "../../../maps/frontend/core/store.ts";
import type { Config, MapStyle, ServiceConfig } from "../../../maps/frontend/core/types.ts";

const style: MapStyle = {
  colours: {},
  rates: [],
  loads: [],
  strengths: { rate: [0, 0, 0], load: [0, 0, 0] },
  heat: [],
  categories: ["#111111", "#222222"],
  gridColours: [],
  levels: ["city", "district", "subdistrict", "community", "grid"],
  levelZooms: { district: 0, subdistrict: 11, community: 13, grid: 15 },
  zooms: { buildings: 15, grids: 13, grid_labels: 16, names: 10, dots: 14 },
  maxDataZoom: 15,
};

/** The addresses of a served page. */
export const service: ServiceConfig = {
  tileUrl: "/tiles/{layer}/{z}/{x}/{y}.mvt",
  tileQuery: "on={on}",
  tileVersions: {},
  coverageUrl: "/v1/property-coverage",
  coverageChangesUrl: "/v1/property-coverage/changes",
  coverageTrendUrl: "/v1/property-coverage/trend",
  historyUrl: "/v1/buildings/{code}/history",
  lookupUrl: "/v1/lookup",
  issueCountsUrl: "/v1/issues/counts",
  searchUrl: "/v1/search",
  listUrls: { buildings: "/v1/buildings", issues: "/v1/issues" },
  exportUrl: "/v1/exports",
  firstDay: "2020-01-01",
  today: "2024-06-30",
  featureUrls: { area: "/v1/areas/{code}", grid: "/v1/grids/{code}" },
  issueCounts: [],
};

/** Loads the store with a configuration: that of a served page in Chinese, with these changes.

    With `data` the page is a stand-alone one. Of the document it has only the two elements that
    the store reads. Features and clients are cached for the whole file of tests. */
export function loadPage(changes: Partial<Config> = {}, data: Record<string, PackedLayer> | null = null): void {
  const config: Config = {
    kind: "property-coverage",
    language: "zh",
    title: "鹤岗市",
    on: "2024-06-30",
    timezone: "Asia/Shanghai",
    asOf: "2024-06-30",
    area: null,
    city: "2304",
    bounds: [130, 47, 131, 48],
    levels: ["district", "subdistrict", "community", "grid"],
    style,
    texts: {},
    service: data ? null : service,
    account: { login: "", role: "", reach: null },
    urls: {},
    plan: 0,
    ...changes,
  };
  const elements: Record<string, unknown> = { "gridward-config": config, "gridward-data": data };
  vi.stubGlobal("document", {
    getElementById: (id: string) => (elements[id] ? { textContent: JSON.stringify(elements[id]) } : null),
  });
  load();
}
