import { beforeAll, expect, test } from "vitest";
import { heatLabel, loadLabels, rateLabels } from "../../../../maps/frontend/panels/class_labels.ts";
import { loadPage } from "../page_config.ts";

beforeAll(() => loadPage({ language: "en" }));

test("the first class of rates is open below, the last one above", () => {
  expect(rateLabels([0, 0.5, 0.755, 0.9])).toEqual(["< 50 %", "50 – 76 %", "76 – 90 %", "≥ 90 %"]);
});

test("each class of whole numbers ends before the next one begins", () => {
  expect(loadLabels([10, 1500])).toEqual(["0 – 9", "10 – 1,499", "≥ 1,500"]);
});

test("without bounds all numbers are in one class", () => {
  expect(loadLabels([])).toEqual(["≥ 0"]);
});

test("every whole number is in exactly one class", () => {
  const bounds = [3, 4, 9, 20];
  const ranges = loadLabels(bounds).map((label) => (label.match(/\d+/g) ?? []).map(Number));
  for (let count = 0; count < 30; count++) {
    const matches = ranges.filter(([from, to = Infinity]) => count >= from && count <= to);
    expect(matches).toHaveLength(1);
    expect(ranges.indexOf(matches[0])).toBe(bounds.filter((bound) => count >= bound).length);
  }
});

test("a class of the heat map with one number is that number", () => {
  expect(heatLabel(1, 1)).toBe("1");
  expect(heatLabel(2, 3)).toBe("2 – 3");
  expect(heatLabel(32, null)).toBe("≥ 32");
});
