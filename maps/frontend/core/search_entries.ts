/* What the search of a stand-alone page compares with a query, and the order of its matches. */

import type { SearchHit } from "./types.ts";

/** A search result with the text that a query is compared with. */
export interface SearchEntry extends SearchHit {
  name: string;
  /** Of the feature itself, as `searchable` writes it. */
  text: string;
  /** Of the areas that it lies in. */
  around: string;
}

/** Joins parts in lower case and without the spaces in them. */
export const searchable = (...parts: (string | null | undefined)[]): string =>
  parts
    .map((part) => part ?? "")
    .filter((text) => text !== "")
    .map((text) => text.replaceAll(" ", "").toLowerCase())
    .join("\n");

/** Whether an entry has every word, in its own text or that of its areas, and at least one in its own. */
export const matchesWords = ({ text, around }: SearchEntry, words: readonly string[]): boolean =>
  words.every((word) => text.includes(word) || around.includes(word)) && words.some((word) => text.includes(word));

/** Returns the rank of an entry for a word, the best match first. */
export const rank = (entry: SearchEntry, word: string): number =>
  entry.code === word ? 0 : entry.name.toLowerCase().startsWith(word) ? 1 : entry.code.startsWith(word) ? 2 : 3;

/** Returns at most `most` hits, in their order, so that no kind displaces all hits of another. */
export function firstOfEachKind(hits: readonly SearchEntry[], most: number): SearchEntry[] {
  const share = Math.floor(most / new Set(hits.map(({ kind }) => kind)).size);
  const counts = new Map<string, number>();
  const first = new Set<SearchEntry>();
  for (const hit of hits) {
    const count = (counts.get(hit.kind) ?? 0) + 1;
    counts.set(hit.kind, count);
    if (count <= share) first.add(hit);
  }
  const selected = new Set([...first, ...hits.filter((hit) => !first.has(hit))].slice(0, most));
  return hits.filter((hit) => selected.has(hit));
}
