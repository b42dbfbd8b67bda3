import { beforeEach, describe, expect, test } from "vitest";
import {
  BUILDING_COLUMNS,
  COMPARED_COLUMNS,
  type Column,
  cellText,
  figureColumns,
  secondLine,
  sortByCode,
  sortColumn,
  sortRows,
  totalText,
} from "../../../../maps/frontend/panels/table_columns.ts";
import { loadPage } from "../page_config.ts";

beforeEach(() => loadPage({ language: "en", texts: { lapsed_on: "since {day}" } }));

const area = (code: string, figures: object = {}) => ({ code, name: `Area ${code}`, ...figures });
const building = (code: string, props: object = {}) => ({
  code,
  name: `Building ${code}`,
  lon: 130,
  lat: 47,
  ...props,
});
const codes = (rows: readonly { code: string }[]) => rows.map(({ code }) => code);

/* Returns numbers between 0 and 1, the same ones for a seed. */
function randomNumbers(seed: number) {
  let value = seed;
  return () => {
    value = (value * 1103515245 + 12345) % 2 ** 31;
    return value / 2 ** 31;
  };
}

describe("cells", () => {
  test("show figures as numbers, rates as percentages and missing figures as dashes", () => {
    const row = area("1", { buildings: 12345, rate: 0.5, households: null });
    expect(cellText("buildings", row)).toBe("12,345");
    expect(cellText("rate", row)).toBe("50.0%");
    expect(cellText("households", row)).toBe("–");
    expect(cellText("uncovered", row)).toBe("–");
  });

  test("show since when a building lost its coverage", () => {
    expect(cellText("standing", building("1", { reason: "lapsed", uncovered_since: "2024-02-29" }))).toBe(
      "since 29 Feb 2024",
    );
    expect(cellText("standing", building("1", { reason: "lapsed" }))).toBe("lapsed");
    expect(cellText("standing", building("1"))).toBe("never_covered");
  });

  test("show no former manager as nothing", () => {
    expect(cellText("former_manager", building("1", { former_manager: "甲" }))).toBe("甲");
    expect(cellText("former_manager", building("1", { former_manager: null }))).toBe("");
  });

  test("show the name in the language of the page", () => {
    expect(cellText("name", area("1", { name: "工农区", name_en: "Gongnong" }))).toBe("Gongnong");
  });
});

test("a comparison shows uncovered buildings and rates of both days, and the net change with its sign", () => {
  const row = area("1", {
    uncovered: 13,
    rate: 0.87,
    uncovered_before: 28,
    rate_before: 0.5,
    gained: 15,
    lost: 0,
    net: 15,
  });
  expect(COMPARED_COLUMNS.slice(1).map((column) => cellText(column, row))).toEqual(["28", "13", "15", "0", "+15"]);
  const rates = COMPARED_COLUMNS.map(secondLine).filter((column) => column !== undefined);
  expect(rates.map((column) => cellText(column, row))).toEqual(["50.0%", "87.0%"]);
  expect(totalText("net", { net: -2 })).toBe("-2");
  const other = area("2", { uncovered_before: 3, rate_before: 0.9 });
  expect(codes(sortRows([row, other], { column: "rate_before", ascending: true }))).toEqual(["1", "2"]);
  expect(codes(sortRows([row, other], { column: "before", ascending: true }))).toEqual(["2", "1"]);
});

test("totals of columns of texts are empty", () => {
  expect(BUILDING_COLUMNS.slice(1).map((column) => totalText(column, { households: 1200 }))).toEqual(["1,200", "", ""]);
  expect(totalText("rate", { rate: 0.25 })).toBe("25.0%");
  expect(totalText("gained", {})).toBe("–");
});

test("the page of grids shows households instead of uncovered buildings", () => {
  expect(figureColumns()).toEqual(["name", "buildings", "uncovered", "rate"]);
  loadPage({ kind: "grids" });
  expect(figureColumns()).toEqual(["name", "buildings", "households", "rate"]);
});

describe("the column that rows are sorted by", () => {
  test("is the chosen one among its columns", () => {
    for (const columns of [COMPARED_COLUMNS, BUILDING_COLUMNS, figureColumns()])
      for (const column of columns) expect(sortColumn(column, columns)).toBe(column);
  });

  test("is the buildings gained in a comparison without it, and the state in a list of buildings", () => {
    expect(sortColumn("uncovered", COMPARED_COLUMNS)).toBe("gained");
    expect(sortColumn("uncovered", BUILDING_COLUMNS)).toBe("standing");
  });

  test("may be that of the second line of a column", () => {
    expect(sortColumn("rate_before", COMPARED_COLUMNS)).toBe("rate_before");
    expect(sortColumn("rate_before", figureColumns())).toBe("rate");
  });

  test("is the last one when there is no better", () => {
    expect(sortColumn("gained", ["name", "buildings"])).toBe("buildings");
  });
});

describe("sorting", () => {
  const rows = [
    area("3", { uncovered: 5 }),
    area("1", { uncovered: 20 }),
    area("2", { uncovered: 5 }),
    area("4", { uncovered: null }),
  ];

  test("compares numbers as numbers, and rows of the same number by code", () => {
    expect(codes(sortRows(rows.slice(0, 3), { column: "uncovered", ascending: true }))).toEqual(["2", "3", "1"]);
    expect(codes(sortRows(rows.slice(0, 3), { column: "uncovered", ascending: false }))).toEqual(["1", "2", "3"]);
  });

  test("has rows without the figure last in both directions, in the order of their codes", () => {
    const gaps = [area("0"), ...rows];
    for (const ascending of [true, false])
      expect(codes(sortRows(gaps, { column: "uncovered", ascending })).slice(-2)).toEqual(["0", "4"]);
    expect(codes(sortRows(gaps, { column: "uncovered", ascending: false }))).toEqual(["1", "2", "3", "0", "4"]);
  });

  test("has buildings without a former manager last in both directions", () => {
    const buildings = [building("1"), building("2", { former_manager: "甲" }), building("3", { former_manager: null })];
    for (const ascending of [true, false])
      expect(codes(sortRows(buildings, { column: "former_manager", ascending }))).toEqual(["2", "1", "3"]);
  });

  test("leaves the rows themselves as they are", () => {
    const before = codes(rows);
    sortRows(rows, { column: "uncovered", ascending: true });
    sortByCode(rows);
    expect(codes(rows)).toEqual(before);
  });

  test("has the buildings that were uncovered longest first, and those never covered last", () => {
    const buildings = [
      building("1", { reason: "never_covered" }),
      building("2", { reason: "lapsed", uncovered_since: "2023-01-01" }),
      building("3", { reason: "lapsed", uncovered_since: "2009-05-01" }),
      building("4", { reason: "lapsed" }),
    ];
    const sorted = sortRows(buildings, { column: "standing", ascending: false });
    expect(codes(sorted)).toEqual(["4", "3", "2", "1"]);
  });

  test("orders names by the language of the page", () => {
    loadPage({ language: "zh" });
    const named = ["张", "王", "李"].map((name, index) => ({ code: String(index), name }));
    const sorted = sortRows(named, { column: "name", ascending: true });
    expect(sorted.map(({ name }) => name)).toEqual(["李", "王", "张"]); // lǐ, wáng, zhāng
  });

  test("keeps every row, with neighbours in order, whatever the figures", () => {
    const random = randomNumbers(7);
    for (let round = 0; round < 200; round++) {
      const length = Math.floor(random() * 12);
      const many = Array.from({ length }, (_, index) =>
        area(String(index), { buildings: random() < 0.2 ? null : Math.floor(random() * 4) }),
      );
      const ascending = random() < 0.5;
      const sorted = sortRows<{ code: string; buildings?: number | null }>(many, { column: "buildings", ascending });
      expect(codes(sorted).sort()).toEqual(codes(many).sort());
      for (const [index, row] of sorted.slice(1).entries()) {
        const missing = ascending ? Infinity : -Infinity;
        const [a, b] = [sorted[index], row].map(({ buildings }) => buildings ?? missing);
        expect(a === b ? sorted[index].code < row.code : a < b === ascending).toBe(true);
      }
    }
  });

  test("by code ignores the order of the figures", () => {
    expect(codes(sortByCode(rows))).toEqual(["1", "2", "3", "4"]);
  });

  test("every column can be sorted by", () => {
    const columns: Column[] = [...BUILDING_COLUMNS, ...COMPARED_COLUMNS, ...figureColumns()];
    for (const column of columns) expect(sortRows(rows, { column, ascending: true })).toHaveLength(rows.length);
  });
});
