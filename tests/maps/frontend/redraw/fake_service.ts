/* A service with one plan, as the plan of the page sees it over HTTP, and the little of a page that it needs. */

import { vi } from "vitest";
import type { LonLat } from "../../../../maps/frontend/redraw/geometry.ts";
import type { Finding, GridFeature, Operation, PlanJson } from "../../../../maps/frontend/redraw/plan_types.ts";
import { loadPage } from "../page_config.ts";
import { toGeometry } from "./random_polygons.ts";

/** Returns a square grid of a community: the first of the letters of its code. */
export function gridFeature(code: string, west: number, south: number, size = 1, hole: LonLat[] = []): GridFeature {
  const corners: LonLat[] = [
    [west, south],
    [west + size, south],
    [west + size, south + size],
    [west, south + size],
    [west, south],
  ];
  const properties = { code, name: null, community_code: code[0], buildings: 1, households: 10 };
  return { type: "Feature", geometry: toGeometry([hole.length ? [corners, hole] : [corners]]), properties };
}

export interface ReceivedRequest {
  method: string;
  address: string;
  version: string | undefined;
  body: unknown;
}

export class FakeService {
  /** By community, the grids after the plan. */
  grids: Record<string, GridFeature[]> = {
    A: [gridFeature("A1", 0, 0), gridFeature("A2", 1, 0)],
    B: [gridFeature("B1", 5, 5)],
  };
  plan: PlanJson = {
    title: "Plan",
    author: "chen",
    status: "draft",
    version: 1,
    revision: null,
    communities: ["A"],
    operations: [],
    undone_count: 0,
  };
  findings: Finding[] = [];
  readonly requests: ReceivedRequest[] = [];
  /** How many writes are under way, and the most that ever were. */
  readonly writes = { current: 0, most: 0 };
  /** The response to a write with another version than that of the plan. */
  conflict = { status: 412, code: "plan_changed" };
  /** The communities that the plan changes after the next write. */
  changed = ["A"];
  /** By community, its outline; others have none. */
  outlines: Record<string, GeoJSON.Polygon | GeoJSON.MultiPolygon> = {};
  /** Whether a request fails. */
  fails: (method: string, address: string) => boolean = () => false;

  /** Returns the requests of a method whose address contains a text. */
  received(method: string, part: string) {
    return this.requests.filter((request) => request.method === method && request.address.includes(part));
  }

  readonly fetch = async (address: string, options: RequestInit = {}) => {
    const method = options.method ?? "GET";
    const headers = options.headers as Record<string, string>;
    const body = options.body ? JSON.parse(String(options.body)) : undefined;
    this.requests.push({ method, address, version: headers["If-Match"], body });
    if (this.fails(method, address)) return problem(503, "database_unavailable");
    if (method === "GET") return Response.json(this.#read(new URL(address, "http://service")));
    this.writes.current += 1;
    this.writes.most = Math.max(this.writes.most, this.writes.current);
    await new Promise((resolve) => setTimeout(resolve, 5));
    this.writes.current -= 1;
    return this.#write(address, headers["If-Match"], body);
  };

  #read({ pathname, searchParams }: URL): unknown {
    const area = searchParams.get("area") ?? "";
    if (pathname === "/v1/plans/7") return this.plan;
    if (pathname === "/v1/plans/7/grids") return { features: this.grids[area] };
    if (pathname === "/v1/plans/7/findings") return this.findings;
    if (pathname === "/v1/grids") return { features: this.grids[area] };
    if (pathname === "/v1/buildings") return { features: [] };
    if (pathname === "/v1/lookup") return { areas: [{ level: "community", code: "B", name: "社区B" }] };
    const code = pathname.split("/").at(-1) ?? "";
    return { geometry: this.outlines[code] ?? null, properties: { code, name: `社区${code}`, level: "community" } };
  }

  #write(address: string, version: string, body: Operation) {
    if (version !== `"${this.plan.version}"`) return problem(this.conflict.status, this.conflict.code);
    if (body.kind === "merge") return problem(422, "bad_operation");
    this.plan = { ...this.plan, version: this.plan.version + 1, communities: this.changed };
    if (address.endsWith("/publish")) return Response.json({ number: 3, effective_at: "2024-07-01" });
    const features = this.changed.flatMap((community) => this.grids[community]);
    return Response.json({ plan: this.plan, communities: this.changed, grids: { features }, findings: [] });
  }
}

const problem = (status: number, code: string) =>
  Response.json({ code, detail: `detail of ${code}`, hint: "a hint" }, { status });

/** What the message element of the page shows. */
export interface ShownMessage {
  className: string;
  hidden: boolean;
  text: string;
}

/** Loads the page of the plan for an account, without any element but the message. */
export function loadPlanPage(service: FakeService, texts: Record<string, string> = {}, login = "chen"): ShownMessage {
  loadPage({
    kind: "redraw",
    texts,
    account: { login, role: "coordinator", reach: null },
    urls: { buildings: "/v1/buildings", grids: "/v1/grids", lookup: "/v1/lookup" },
  });
  const shown: ShownMessage = { className: "", hidden: true, text: "" };
  const replaceChildren = (...parts: { text: string }[]) => {
    shown.text = parts[0]?.text ?? "";
  };
  const createElement = () => {
    const element = { text: "", append: (...parts: string[]) => (element.text += parts.join("")) };
    return Object.assign(element, { setAttribute: () => {}, addEventListener: () => {} });
  };
  vi.stubGlobal("document", {
    cookie: "gridward_csrf=token",
    querySelector: () => null,
    getElementById: () => Object.assign(shown, { replaceChildren }),
    createElement,
    body: { classList: { add: () => {}, remove: () => {} } },
  });
  vi.stubGlobal("fetch", service.fetch);
  vi.stubGlobal("requestAnimationFrame", (callback: () => void) => callback());
  return shown;
}
