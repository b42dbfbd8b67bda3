/* The data client of the page: of its own data, or of the service. */

import { EmbeddedClient } from "./embedded_client.ts";
import type { Corners } from "./places.ts";
import { ServedClient } from "./served_client.ts";
import { embedded } from "./store.ts";
import type { AreaProps, BuildingPage, LevelName, SearchHit } from "./types.ts";

/** What every page can read. Only the service has the rest: see `serviceClient`. */
export interface DataClient {
  /** Returns the rows of a level in an area; a service limits them to a box and knows other days. */
  rows(level: LevelName, scope: string, box?: string | null, on?: string): Promise<AreaProps[]>;
  /** Returns how many buildings of an area lost their coverage and pass the filter; null if unknown. */
  lapsed(level: LevelName, scope: string): Promise<number | null>;
  /** Returns a page of the uncovered buildings of an area that pass the filter. */
  uncovered(scope: string, cursor?: string | null): Promise<BuildingPage>;
  area(code: string): Promise<AreaProps | undefined>;
  /** Returns what a text matches. */
  find(query: string): Promise<SearchHit[]>;
  /** Returns the corners of an area or grid. */
  place(kind: "area" | "grid", code: string): Promise<Corners | null>;
  /** Returns the name of an area or grid in the page's language, if it has been read. */
  name(code: string | null | undefined): string | undefined;
}

let client: DataClient | null = null;

/** Returns the data client, which every part of the page shares. */
export const dataClient = (): DataClient => (client ??= embedded ? new EmbeddedClient() : new ServedClient());

/** Returns the data client of a served page, which has more than that of a stand-alone page. Throws on the latter. */
export function serviceClient(): ServedClient {
  const current = dataClient();
  if (!(current instanceof ServedClient)) throw new Error("A stand-alone page has no service.");
  return current;
}
