/* Addresses with query parameters, as both HTTP clients request them. */

import type { QueryPairs, QueryValues } from "./types.ts";

/** The media types that the clients read. */
export const ACCEPT_JSON = { Accept: "application/json, application/geo+json" };

/** Returns an address with query parameters: values by name without null ones, then pairs in their order. */
export function withQuery(address: string, values: QueryValues, pairs: QueryPairs = []): string {
  const present = Object.entries(values).filter(([, value]) => value != null);
  const query = new URLSearchParams([...present.map(([name, value]) => [name, String(value)]), ...pairs]);
  return query.size ? `${address}?${query}` : address;
}
