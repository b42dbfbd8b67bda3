import { beforeEach, describe, expect, test } from "vitest";
import {
  filterQuery,
  isFiltered,
  KINDS,
  lapsedQuery,
  passes,
  passesNone,
  REASONS,
} from "../../../../maps/frontend/core/building_filter.ts";
import { state } from "../../../../maps/frontend/core/store.ts";
import { loadPage } from "../page_config.ts";

beforeEach(() => loadPage());

describe("without a filter", () => {
  test("every building passes, whatever is unknown about it", () => {
    expect(passes({})).toBe(true);
    expect(passes({ covered: true, manager_kind: "property_firm", use: "housing", built_year: 1999 })).toBe(true);
    expect(isFiltered()).toBe(false);
  });

  test("requests have no parameters", () => {
    expect(filterQuery()).toEqual([]);
    expect(lapsedQuery()).toEqual([["reason", "lapsed"]]);
  });
});

describe("a filter by management type and reason", () => {
  test("hides the covered buildings of a hidden type only", () => {
    state.hidden.standing = new Set(["self_managed"]);
    expect(passes({ covered: true, manager_kind: "self_managed" })).toBe(false);
    expect(passes({ covered: true, manager_kind: "property_firm" })).toBe(true);
    expect(passes({ covered: false, manager_kind: null })).toBe(true);
  });

  test("treats an uncovered building without a reason as never covered", () => {
    state.hidden.standing = new Set(["never_covered"]);
    expect(passes({ covered: false })).toBe(false);
    expect(passes({ covered: false, reason: "lapsed" })).toBe(true);
  });

  test("reads the coverage of a building in a tile from its management type", () => {
    state.hidden.standing = new Set(["property_firm"]);
    expect(passes({ manager_kind: "property_firm" })).toBe(false);
  });

  test("requests what is shown, since the service has no parameter for what is hidden", () => {
    state.hidden.standing = new Set(["property_firm", "never_covered"]);
    expect(filterQuery()).toEqual([
      ["manager_kind", "homeowner_committee"],
      ["manager_kind", "property_management_committee"],
      ["manager_kind", "community_led"],
      ["manager_kind", "self_managed"],
      ["reason", "lapsed"],
    ]);
  });

  test("has no buildings with lapsed coverage to request when they are hidden", () => {
    state.hidden.standing = new Set(["lapsed"]);
    expect(lapsedQuery()).toBeNull();
  });

  test("passes none only when it hides all types and reasons", () => {
    state.hidden.standing = new Set([...KINDS, ...REASONS]);
    expect(passesNone()).toBe(true);
    state.hidden.standing.delete("community_led");
    expect(passesNone()).toBe(false);
  });
});

describe("a filter by year of construction", () => {
  test.each([
    { from: 1980, to: null, years: [1980, 2024], others: [1979] },
    { from: null, to: 1999, years: [1900, 1999], others: [2000] },
    { from: 1980, to: 1999, years: [1980, 1990, 1999], others: [1979, 2000] },
  ])("includes both ends from $from to $to", ({ from, to, years, others }) => {
    state.built = { from, to };
    for (const year of years) expect(passes({ built_year: year })).toBe(true);
    for (const year of others) expect(passes({ built_year: year })).toBe(false);
    expect(isFiltered()).toBe(true);
  });

  test("hides a building of unknown year", () => {
    state.built = { from: null, to: 1999 };
    expect(passes({ built_year: null })).toBe(false);
    expect(passes({})).toBe(false);
  });

  test("is requested by its ends, together with the hidden uses", () => {
    state.built = { from: 1980, to: 1999 };
    state.hidden.use = new Set(["school", ""]);
    const attributes = [
      ["not_use", "school"],
      ["not_use", ""],
      ["built_from", "1980"],
      ["built_to", "1999"],
    ];
    expect(filterQuery()).toEqual(attributes);
    expect(lapsedQuery()).toEqual([["reason", "lapsed"], ...attributes]);
  });
});

test("a filter by use treats an unknown use as a use without a name", () => {
  state.hidden.use = new Set([""]);
  expect(passes({ use: null })).toBe(false);
  expect(passes({ use: "housing" })).toBe(true);
});
