/* HTTP client of the redraw pages. Each write sends the last-seen version of the plan in If-Match.

   The map pages have another (served_client.ts): they show a status and an address, not a problem. */

import { ACCEPT_JSON, withQuery } from "./query_string.ts";
import { loadFailed } from "./texts.ts";
import type { QueryValues } from "./types.ts";

interface ProblemDocument {
  code?: string;
  detail?: string;
  hint?: string;
}

/** A problem document of the service: status, code, detail and hint. The status is 0 without a response. */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  readonly hint: string | undefined;

  constructor(status: number, { code = "", detail, hint }: ProblemDocument = {}) {
    super(detail ?? `HTTP ${status}`);
    this.status = status;
    this.code = code;
    this.hint = hint;
  }
}

const csrfToken = (): string =>
  document.querySelector<HTMLMetaElement>('meta[name="csrf-token"]')?.content ??
  decodeURIComponent(document.cookie.match(/(?:^|;\s*)gridward_csrf=([^;]*)/)?.[1] ?? "");

/** The version of the plan that a write is based on, and a key that makes its repetition harmless. */
export interface WriteOptions {
  version?: number | string | null;
  key?: string | null;
}

const writeHeaders = ({ version, key }: WriteOptions): Record<string, string> => ({
  "Content-Type": "application/json",
  "X-CSRF-Token": csrfToken(),
  ...(version == null ? {} : { "If-Match": `"${version}"` }),
  ...(key ? { "Idempotency-Key": key } : {}),
});

async function request(address: string, options: RequestInit): Promise<unknown> {
  const response = await fetch(address, { credentials: "same-origin", ...options }).catch((error: unknown) => {
    throw new Problem(0, { code: "unreachable", detail: loadFailed(error) });
  });
  const body: unknown = await response.json().catch(() => ({}));
  if (!response.ok) throw new Problem(response.status, body as ProblemDocument);
  return body;
}

/** Requests a document; the caller names its type, which the service's schema promises. */
export const getJson = async <Body>(address: string, query: QueryValues = {}): Promise<Body> =>
  (await request(withQuery(address, query), { headers: ACCEPT_JSON })) as Body;

/** Sends a document, and returns the response. */
export const postJson = async <Body>(
  address: string,
  body?: object | null,
  options: WriteOptions = {},
): Promise<Body> =>
  (await request(address, {
    method: "POST",
    headers: writeHeaders(options),
    body: JSON.stringify(body ?? {}),
  })) as Body;

/** A link of a document to another. */
export interface Link {
  rel: string;
  href: string;
}

interface ListPage<Feature> {
  features: Feature[];
  links?: Link[];
}

/** Returns the features of all pages of a list. */
export async function getAll<Feature>(address: string, query: QueryValues): Promise<Feature[]> {
  const features: Feature[] = [];
  let page = await getJson<ListPage<Feature>>(address, query);
  for (;;) {
    features.push(...page.features);
    const next = page.links?.find(({ rel }) => rel === "next")?.href;
    if (!next) return features;
    const { pathname, search } = new URL(next, location.href); // behind a proxy the link may have another host
    page = await getJson<ListPage<Feature>>(pathname + search);
  }
}

/** Returns a random key. crypto.randomUUID exists only on pages served over TLS. */
export const newKey = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
