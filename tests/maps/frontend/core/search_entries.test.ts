import { describe, expect, test } from "vitest";
import {
  firstOfEachKind,
  matchesWords,
  rank,
  type SearchEntry,
  searchable,
} from "../../../../maps/frontend/core/search_entries.ts";
import type { HitKind } from "../../../../maps/frontend/core/types.ts";

const entry = (changes: Partial<SearchEntry>): SearchEntry => ({
  kind: "building",
  code: "H1",
  name: "",
  text: "",
  around: "",
  lon: 0,
  lat: 0,
  ...changes,
});

test("searchable text is in lower case, without spaces, one part a line", () => {
  expect(searchable("Wei Min 5", null, "", undefined, "为民 5")).toBe("weimin5\n为民5");
});

describe("an entry matches", () => {
  const building = entry({ text: "h1\n为民路1号", around: "为民社区\n工农区" });

  test("if it or its areas have every word", () => {
    expect(matchesWords(building, ["1号", "工农"])).toBe(true);
    expect(matchesWords(building, ["1号", "南山"])).toBe(false);
  });

  test("not if only its areas have the words", () => {
    expect(matchesWords(building, ["工农"])).toBe(false);
  });

  test("not without words", () => {
    expect(matchesWords(building, [])).toBe(false);
  });
});

test("the code itself ranks before the start of a name, of a code, and any other match", () => {
  const matches = [
    entry({ code: "x9", name: "an h1" }),
    entry({ code: "h12", name: "x" }),
    entry({ code: "x8", name: "H1 house" }),
    entry({ code: "h1", name: "x" }),
  ];
  expect(matches.map((match) => rank(match, "h1"))).toEqual([3, 2, 1, 0]);
});

describe("a list of the first hits", () => {
  const hits = (kinds: HitKind[]) => kinds.map((kind, index) => entry({ kind, code: String(index) }));
  const many = (kind: HitKind, count: number) => Array<HitKind>(count).fill(kind);

  test("has all hits if they fit", () => {
    const all = hits(["area", "building", "issue"]);
    expect(firstOfEachKind(all, 12)).toEqual(all);
    expect(firstOfEachKind([], 12)).toEqual([]);
  });

  test("keeps the hits of a rare kind behind many of another", () => {
    const list = firstOfEachKind(hits([...many("building", 50), "area"]), 12);
    expect(list).toHaveLength(12);
    expect(list.at(-1)?.kind).toBe("area");
  });

  test("keeps the order, and fills the shares that other kinds leave free, for any mixture", () => {
    const kinds: HitKind[] = ["area", "grid", "building", "issue"];
    let seed = 1;
    const randomKind = () => {
      seed = (seed * 48271) % 2147483647;
      return kinds[Math.min(3, seed % 7)]; // issues are more frequent than the other kinds
    };
    for (let run = 1; run <= 300; run++) {
      const mixture = hits(Array.from({ length: run % 40 }, randomKind));
      const list = firstOfEachKind(mixture, 12);
      const codes = list.map(({ code }) => Number(code));
      expect(list).toHaveLength(Math.min(12, mixture.length));
      expect(codes).toEqual([...codes].sort((a, b) => a - b));
      const share = Math.floor(12 / Math.max(1, new Set(mixture.map(({ kind }) => kind)).size));
      for (const kind of kinds) {
        const present = mixture.filter((hit) => hit.kind === kind).length;
        const listed = list.filter((hit) => hit.kind === kind).length;
        expect(listed).toBeGreaterThanOrEqual(Math.min(share, present));
      }
    }
  });
});
