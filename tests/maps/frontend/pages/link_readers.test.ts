import { describe, expect, test } from "vitest";
import {
  list,
  oneOf,
  readDay,
  readYear,
  span,
  viewNumbers,
  viewText,
} from "../../../../maps/frontend/pages/link_readers.ts";

describe("a day", () => {
  test("is any that the calendar has", () => {
    for (let time = Date.UTC(1999, 0, 1); time < Date.UTC(2005, 0, 1); time += 86_400_000) {
      const text = new Date(time).toISOString().slice(0, 10);
      expect(readDay(text)).toBe(text);
    }
  });

  test.each(["2023-02-29", "2024-02-30", "2024-13-01", "2024-00-01", "2024-1-1", "2024-05-01T00:00", "today", ""])(
    "is not %j",
    (text) => {
      expect(readDay(text)).toBeUndefined();
    },
  );
});

test("a year has four digits", () => {
  expect(readYear("1987")).toBe(1987);
  expect(["87", "19870", "19x7", "-987", ""].map(readYear)).toEqual(Array(5).fill(undefined));
});

test("a value is one of a list, in full", () => {
  const read = oneOf(["rate", "buildings"]);
  expect(read("rate")).toBe("rate");
  expect(read("rat")).toBeUndefined();
  expect(read("")).toBeUndefined();
});

describe("a span", () => {
  const read = span(readYear);

  test("has two ends, either of them open", () => {
    expect(read("1980~1999")).toEqual({ from: 1980, to: 1999 });
    expect(read("~1999")).toEqual({ from: null, to: 1999 });
    expect(read("1980~")).toEqual({ from: 1980, to: null });
    expect(read("~")).toEqual({ from: null, to: null });
  });

  test.each(["1980", "1980~x", "x~1999", "1980~1990~1999", ""])("is not %j", (text) => {
    expect(read(text)).toBeUndefined();
  });
});

test("a list of any values is read as it was encoded", () => {
  const values = ["供暖", "a,b", "50%", "x~y", "1 2"];
  expect(list(values.map(encodeURIComponent).join(","))).toEqual(new Set(values));
  expect(list("")).toEqual(new Set());
  expect(list("50%")).toBeUndefined();
});

test("a view has three numbers", () => {
  expect(viewNumbers("13.5/47.35/130.298")).toEqual([13.5, 47.35, 130.298]);
  expect(viewNumbers("13/-33/0")).toEqual([13, -33, 0]);
  for (const text of ["13/47", "13/47/130/1", "13//130", "13/x/130", "13/47/Infinity", ""])
    expect(viewNumbers(text)).toBeUndefined();
});

test.each([0, 4, 11, 13.5, 17, 20])("a view at zoom %d is read back to a hundredth of a pixel", (zoom) => {
  const pixel = 360 / 256 / 2 ** zoom; // degrees
  for (const [lat, lon] of [
    [47.123456789, 130.987654321],
    [-33.55555555, -70.66666666],
  ]) {
    const view = viewNumbers(viewText(zoom, lat, lon));
    expect(view?.[0]).toBe(zoom);
    expect(Math.abs(view![1] - lat)).toBeLessThan(pixel / 100);
    expect(Math.abs(view![2] - lon)).toBeLessThan(pixel / 100);
  }
});
