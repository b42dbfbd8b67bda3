import { expect, test } from "vitest";
import { dropOldest } from "../../../../maps/frontend/core/bounded_map.ts";

test("a cache has at most its size, and loses the oldest entry first", () => {
  const cache = new Map<number, string>();
  for (let key = 0; key < 10; key++) {
    cache.set(key, `value ${key}`);
    dropOldest(cache, 3);
    expect(cache.size).toBe(Math.min(key + 1, 3));
  }
  expect([...cache.keys()]).toEqual([7, 8, 9]);
});
