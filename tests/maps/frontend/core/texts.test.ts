import { beforeEach, describe, expect, test } from "vitest";
import {
  displayName,
  errorMessage,
  formatDay,
  formatLongDay,
  formatMoment,
  formatNumber,
  formatPercent,
  isoDay,
  loadFailed,
  translate,
  translateValue,
} from "../../../../maps/frontend/core/texts.ts";
import { loadPage } from "../page_config.ts";

const texts = {
  greeting: "{count} of {total}",
  grid: "Grid",
  load_failed: "Not loaded: {reason}",
  "use.school": "School",
};

beforeEach(() => loadPage({ language: "en", texts }));

describe("a translated text", () => {
  test("has its placeholders filled in", () => {
    expect(translate("greeting", { count: 0, total: "5" })).toBe("0 of 5");
  });

  test("keeps a placeholder that has no value, so that the error is visible", () => {
    expect(translate("greeting", { count: null })).toBe("{count} of {total}");
  });

  test("is its key where the language lacks it", () => {
    expect(translate("missing")).toBe("missing");
  });

  test("does not interpret a value as a pattern", () => {
    expect(translate("greeting", { count: "$&", total: "{count}" })).toBe("$& of {count}");
  });
});

test("a value of a list has a text, or is its own", () => {
  expect(translateValue("use", "school")).toBe("School");
  expect(translateValue("use", "barn")).toBe("barn");
  expect(translateValue("use", null)).toBe("");
});

test("whatever is thrown has a message", () => {
  expect(errorMessage(new TypeError("Failed to fetch"))).toBe("Failed to fetch");
  expect(errorMessage("stopped")).toBe("stopped");
  expect(loadFailed(new Error("503 /v1/search"))).toBe("Not loaded: 503 /v1/search");
});

describe("the name of a feature", () => {
  const grid = { code: "230404001005", name: "为民5", community_code: "230404001", buildings: 12 };

  test("is Chinese on a Chinese page, and else the address or the code", () => {
    loadPage({ language: "zh" });
    expect(displayName({ ...grid, name_en: "Weimin 5" })).toBe("为民5");
    expect(displayName({ code: "H1", name: "", address: "为民路1号" })).toBe("为民路1号");
    expect(displayName({ code: "H1", name: null, address: null })).toBe("H1");
  });

  test("is English on an English page, where there is one", () => {
    expect(displayName({ ...grid, name_en: "Weimin 5" })).toBe("Weimin 5");
    expect(displayName({ code: "H1", name: "一号楼" })).toBe("一号楼");
  });

  test("is the number of a grid without an English name, even for a grid without buildings", () => {
    expect(displayName(grid)).toBe("Grid 005");
    expect(displayName({ ...grid, buildings: 0 })).toBe("Grid 005");
  });

  test("is undefined for an issue, which has none", () => {
    expect(displayName({})).toBeUndefined();
  });
});

describe("numbers", () => {
  test("have the separators of the language", () => {
    expect(formatNumber(1234567)).toBe("1,234,567");
    expect(formatPercent(0.1234)).toBe("12.3%");
    expect(formatPercent(1)).toBe("100.0%");
  });

  test("that are unknown are a dash, and zero is not", () => {
    expect([formatNumber(null), formatNumber(undefined), formatPercent(null)]).toEqual(["–", "–", "–"]);
    expect([formatNumber(0), formatPercent(0)]).toEqual(["0", "0.0%"]);
  });
});

describe("days and timestamps", () => {
  test("are written in the language of the page, whatever the zone of the browser", () => {
    expect(formatDay("2024-05-01")).toBe("1 May 2024");
    expect(formatDay("2024-12-31T23:59:00Z")).toBe("31 Dec 2024");
    expect(formatLongDay("2024-05-01")).toBe("1 May 2024");
    loadPage({ language: "zh" });
    expect(formatLongDay("2024-05-01")).toBe("2024年5月1日");
  });

  test("that are invalid stay as they are, and missing ones are empty", () => {
    expect(formatDay("soon")).toBe("soon");
    expect(formatMoment("long before now")).toBe("long before now");
    expect([formatDay(null), formatMoment(undefined)]).toEqual(["", ""]);
  });

  test("without a time are days", () => {
    expect(formatMoment("2024-05-01")).toBe("1 May 2024");
  });

  test("belong to the day of the city, not of Greenwich", () => {
    expect(isoDay("2024-05-01T18:00:00Z")).toBe("2024-05-02");
    expect(isoDay("2024-05-01T15:59:59Z")).toBe("2024-05-01");
    loadPage({ timezone: "Europe/London" });
    expect(isoDay("2024-05-01T18:00:00Z")).toBe("2024-05-01");
  });

  test("have the time of the city, whatever the zone of the browser", () => {
    expect(formatMoment("2024-05-01T18:05:00Z")).toBe("2 May 2024, 02:05");
    loadPage({ language: "en", timezone: "Europe/London" });
    expect(formatMoment("2024-05-01T18:05:00Z")).toBe("1 May 2024, 19:05");
    loadPage({ language: "en", timezone: "Asia/Urumqi" }, {}); // a stand-alone page
    expect(formatMoment("2024-05-01T18:05:00Z")).toBe("2 May 2024, 00:05");
    expect(isoDay("2024-05-01T18:05:00Z")).toBe("2024-05-02");
  });

  test("of PostgreSQL, with a space and an offset in hours, are the same moment as in ISO 8601", () => {
    expect(isoDay("2024-05-02 01:30:00+08")).toBe(isoDay("2024-05-01T17:30:00Z"));
    expect(formatMoment("2024-05-02 01:30:00+08")).toBe(formatMoment("2024-05-01T17:30:00Z"));
  });

  test("that cannot be parsed have the day that they begin with", () => {
    expect(isoDay("2024-05-01 at noon")).toBe("2024-05-01");
  });
});
