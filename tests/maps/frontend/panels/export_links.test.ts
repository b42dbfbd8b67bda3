import { beforeEach, describe, expect, test } from "vitest";
import { KINDS, REASONS } from "../../../../maps/frontend/core/building_filter.ts";
import { STATUSES } from "../../../../maps/frontend/core/issue_filter.ts";
import { state } from "../../../../maps/frontend/core/store.ts";
import { exportLinks, exportLists } from "../../../../maps/frontend/panels/export_links.ts";
import { loadPage, service } from "../page_config.ts";

describe("on a page of coverage", () => {
  beforeEach(() => loadPage());

  test("uncovered buildings can be exported before the table has rows", () => {
    expect(exportLists(null)).toEqual([
      {
        key: "uncovered_buildings",
        subject: "buildings",
        params: [
          ["covered", "false"],
          ["on", "2024-06-30"],
        ],
      },
    ]);
  });

  test("a table of buildings has no export of its own", () => {
    expect(exportLists("building")).toEqual(exportLists(null));
  });

  test("the export of a table has its level and day", () => {
    const [table, uncovered] = exportLists("community");
    expect(table).toEqual({
      key: "export_table",
      subject: "property-coverage",
      params: [
        ["by", "community"],
        ["on", "2024-06-30"],
      ],
    });
    expect(uncovered.key).toBe("uncovered_buildings");
  });

  test("a comparison exports the earlier day with the table only", () => {
    // biome-ignore lint/suspicious/noThenProperty: a day, as in the store; nothing awaits the state
    state.then = "2023-06-30";
    const [table, uncovered] = exportLists("grid");
    expect(table.params).toContainEqual(["since", "2023-06-30"]);
    expect(uncovered.params).not.toContainEqual(["since", "2023-06-30"]);
  });

  test("every export has the filter", () => {
    state.hidden.use.add("shop");
    state.built.from = 1990;
    for (const { params } of exportLists("district")) {
      expect(params).toContainEqual(["not_use", "shop"]);
      expect(params).toContainEqual(["built_from", "1990"]);
    }
  });

  test("a filter that hides all buildings leaves nothing to export", () => {
    for (const name of [...KINDS, ...REASONS]) state.hidden.standing.add(name);
    expect(exportLists("district").map(({ params }) => params)).toEqual([null, null]);
  });
});

describe("on a page of issues", () => {
  const issueCounts = [
    { category: "noise", status: "open", issues: 5 },
    { category: "waste", status: "closed", issues: 3 },
    { category: "parking", status: "open", issues: 1 },
  ];
  beforeEach(() => loadPage({ kind: "issues", service: { ...service, issueCounts } }));

  test("all issues are exported without parameters", () => {
    expect(exportLists(null)).toEqual([{ key: "issues", subject: "issues", params: [] }]);
  });

  test("a family of which some values are hidden is exported as the values shown", () => {
    state.hidden.category.add("waste");
    expect(exportLists(null)[0].params).toEqual([
      ["category", "noise"],
      ["category", "parking"],
    ]);
  });

  test("an open end of the period is no parameter", () => {
    state.period = { from: null, to: "2024-01-31" };
    expect(exportLists(null)[0].params).toEqual([["until", "2024-01-31"]]);
    state.period = { from: "2024-01-01", to: null };
    expect(exportLists(null)[0].params).toEqual([["since", "2024-01-01"]]);
  });

  test("nothing can be exported when every status is hidden", () => {
    for (const name of STATUSES) state.hidden.status.add(name);
    expect(exportLists(null)[0].params).toBeNull();
  });
});

describe("the links of an export", () => {
  beforeEach(() => loadPage({ language: "en" }));

  const query = (href: string) => [...new URL(href, "https://example.org").searchParams];

  test("there is one for each file format, at the address of what is exported", () => {
    const links = exportLinks("/v1/exports/{subject}", "buildings", []);
    expect(links.map(({ name }) => name)).toEqual(["XLSX", "CSV", "GeoJSON"]);
    for (const { href } of links) expect(href.startsWith("/v1/exports/buildings?")).toBe(true);
    expect(links.map(({ href }) => query(href).at(-1))).toEqual([
      ["format", "xlsx"],
      ["format", "csv"],
      ["format", "geojson"],
    ]);
  });

  test("they keep every parameter, also of characters that addresses encode", () => {
    const [{ href }] = exportLinks("/{subject}", "issues", [
      ["category", "a&b=c d"],
      ["category", "噪音"],
    ]);
    expect(query(href).slice(0, 2)).toEqual([
      ["category", "a&b=c d"],
      ["category", "噪音"],
    ]);
  });

  test("they are limited to the chosen area, or to the city", () => {
    expect(query(exportLinks("/", "", [])[0].href)).toContainEqual(["area", "2304"]);
    state.scope = "230403";
    expect(query(exportLinks("/", "", [])[0].href)).toContainEqual(["area", "230403"]);
  });

  test("they have no area where the page has all areas", () => {
    loadPage({ city: null });
    expect(query(exportLinks("/", "", [])[0].href).map(([name]) => name)).toEqual(["lang", "format"]);
  });
});
