import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { getAll, getJson, newKey, Problem, postJson } from "../../../../maps/frontend/core/http.ts";
import { loadPage } from "../page_config.ts";

interface Sent {
  address: string;
  init: RequestInit;
}

/* A service that returns responses in turn, and the requests that it received. */
function serve(...responses: (() => Response)[]): Sent[] {
  const sent: Sent[] = [];
  vi.stubGlobal("fetch", async (address: string, init: RequestInit) => {
    sent.push({ address, init });
    return responses[sent.length - 1]();
  });
  return sent;
}

const json =
  (body: unknown, status = 200) =>
  () =>
    Response.json(body, { status });

beforeEach(() => {
  loadPage({ texts: { load_failed: "Not loaded: {reason}" } });
  vi.stubGlobal("location", { href: "https://map.example/redraw/1" });
  vi.stubGlobal("document", { querySelector: () => null, cookie: "a=1; gridward_csrf=t%20k; b=2" });
});

afterEach(() => vi.unstubAllGlobals());

test("a read has its query and returns the document", async () => {
  const sent = serve(json({ id: 3 }));
  expect(await getJson("/v1/plans", { area: "2304", before: null })).toEqual({ id: 3 });
  expect(sent[0].address).toBe("/v1/plans?area=2304");
  expect(sent[0].init.method).toBeUndefined();
});

test("a write has the token, the version last seen and the key of its repetition", async () => {
  const sent = serve(json({}));
  await postJson("/v1/plans/1/publish", { title: "x" }, { version: 0, key: "k" });
  expect(sent[0].init).toMatchObject({
    method: "POST",
    body: '{"title":"x"}',
    headers: {
      "Content-Type": "application/json",
      "X-CSRF-Token": "t k",
      "If-Match": '"0"',
      "Idempotency-Key": "k",
    },
  });
});

test("a write without a version or a body has no precondition, and an empty document", async () => {
  const sent = serve(json({}));
  await postJson("/v1/plans/1/undo");
  expect(sent[0].init.body).toBe("{}");
  expect(Object.keys(sent[0].init.headers ?? {})).toEqual(["Content-Type", "X-CSRF-Token"]);
});

test("an error response throws its problem", async () => {
  serve(json({ code: "plan_outdated", detail: "Another plan came first.", hint: "Reload." }, 409));
  const problem = await getJson("/v1/plans/1").catch((error: unknown) => error);
  expect(problem).toBeInstanceOf(Problem);
  expect(problem).toMatchObject({
    status: 409,
    code: "plan_outdated",
    message: "Another plan came first.",
    hint: "Reload.",
  });
});

test("an error response that is no problem document has its status as message", async () => {
  serve(() => new Response("<html>", { status: 502 }));
  await expect(getJson("/v1/plans/1")).rejects.toMatchObject({ status: 502, code: "", message: "HTTP 502" });
});

test("a service that cannot be reached is a problem without a status", async () => {
  serve(() => {
    throw new TypeError("Failed to fetch");
  });
  await expect(getJson("/v1/plans/1")).rejects.toMatchObject({
    status: 0,
    code: "unreachable",
    message: "Not loaded: Failed to fetch",
  });
});

test("a list is read to its last page, from the host of the page whatever the links name", async () => {
  const next = { rel: "next", href: "http://internal:8000/v1/buildings?area=1&cursor=b" };
  const sent = serve(
    json({ features: ["a", "b"], links: [{ rel: "self", href: "/x" }, next] }),
    json({ features: ["c"] }),
  );
  expect(await getAll("/v1/buildings", { area: "1" })).toEqual(["a", "b", "c"]);
  expect(sent.map(({ address }) => address)).toEqual(["/v1/buildings?area=1", "/v1/buildings?area=1&cursor=b"]);
});

test("keys are 16 random bytes", () => {
  const keys = Array.from({ length: 1000 }, newKey);
  for (const key of keys) expect(key).toMatch(/^[0-9a-f]{32}$/);
  expect(new Set(keys).size).toBe(1000);
});
