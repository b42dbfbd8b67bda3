import { expect, test } from "vitest";
import { withQuery } from "../../../../maps/frontend/core/query_string.ts";

test("values that are null or undefined are left out, and false, 0 and empty text are not", () => {
  const address = withQuery("/v1/x", { a: null, b: undefined, c: false, d: 0, e: "" });
  expect(address).toBe("/v1/x?c=false&d=0&e=");
});

test("an address without parameters has no question mark", () => {
  expect(withQuery("/v1/x", { area: null })).toBe("/v1/x");
});

test("names may repeat in pairs, which follow the values in their order", () => {
  const address = withQuery("/v1/x", { on: "2024-06-30" }, [
    ["reason", "lapsed"],
    ["manager_kind", "b"],
    ["reason", "never_covered"],
  ]);
  expect(address).toBe("/v1/x?on=2024-06-30&reason=lapsed&manager_kind=b&reason=never_covered");
});

test("any text is read back by the service as it was", () => {
  const text = "为民 & 1#?=+%/";
  const query = withQuery("/v1/search", { q: text }).split("?")[1];
  expect(new URLSearchParams(query).get("q")).toBe(text);
});
