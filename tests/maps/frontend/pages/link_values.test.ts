import { beforeEach, expect, test } from "vitest";
import { readLink } from "../../../../maps/frontend/pages/link_values.ts";
import { loadPage } from "../page_config.ts";

const map = {} as L.Map; // only a view needs it

const read = (text: string) => readLink(map, new URLSearchParams(text));

beforeEach(() => loadPage());

test("a link without parameters has no values", () => {
  expect(read("")).toEqual({ values: {}, unread: [] });
});

test("the values of a link have their types", () => {
  const text =
    "on=2024-01-31&then=2023-01-31&level=grid&in=230404&measure=rate&built=1980~&period=~2024-02-01&heat=1&code=H1&not-use=a%252Cb,c";
  expect(read(text)).toEqual({
    values: {
      on: "2024-01-31",
      // biome-ignore lint/suspicious/noThenProperty: the name of a parameter in shared links
      then: "2023-01-31",
      level: "grid",
      in: "230404",
      measure: "rate",
      built: { from: 1980, to: null },
      period: { from: null, to: "2024-02-01" },
      heat: true,
      code: "H1",
      "not-use": new Set(["a,b", "c"]),
    },
    unread: [],
  });
});

test("what cannot be read is reported by name, and the rest is read", () => {
  const { values, unread } = read("on=2024-02-30&level=galaxy&heat=2&code=H1&toString=x&colour=red");
  expect(values).toStrictEqual({ code: "H1" });
  expect(unread).toEqual(["on", "level", "heat", "toString", "colour"]);
});

test("a day without records cannot be read", () => {
  expect(read("on=2019-12-31&then=2024-07-01").unread).toEqual(["on", "then"]);
});

test("buildings are a level only where the page has a layer of them", () => {
  expect(read("level=building").unread).toEqual(["level"]);
});
