import { expect, test } from "vitest";
import { corners, located } from "../../../../maps/frontend/core/places.ts";

test("a located row has the middle of its box, and keeps its properties", () => {
  expect(located({ code: "H1" }, [130, 47, 131, 49])).toEqual({ code: "H1", lon: 130.5, lat: 48 });
});

test("corners have the latitude first", () => {
  expect(corners([130, 47, 131, 48])).toEqual([
    [47, 130],
    [48, 131],
  ]);
});

test("nothing has no corners", () => {
  expect(corners(null)).toBeNull();
  expect(corners(undefined)).toBeNull();
});
