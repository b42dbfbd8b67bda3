/* The plan on the service: sends operations one at a time and stores the resulting grids. */

import { serviceClient } from "../core/data_client.ts";
import { emit } from "../core/events.ts";
import { getAll, getJson, postJson } from "../core/http.ts";
import { config } from "../core/store.ts";
import { displayName } from "../core/texts.ts";
import { rankFindings } from "./finding_order.ts";
import { boxContains, contains, extent, type LonLat, labelPoint, type PolygonGeometry } from "./geometry.ts";
import type {
  BuildingFeature,
  Finding,
  GridFeature,
  GridInForce,
  Operation,
  PlanBuilding,
  PlanGrid,
  PlanJson,
  PlanPreview,
  RebasedPlan,
  Revision,
} from "./plan_types.ts";

/** The plan of the page; `openPlan` assigns it once, before anything reads it. */
export let plan: Plan;

/** Makes the plan at an address the plan of the page. */
export function openPlan(address: string) {
  plan = new Plan(address);
}

/** A plan with what the editor shows of the open communities. */
export class Plan {
  readonly address: string;
  /** As the service last returned it; undefined until `load` has loaded it. */
  json!: PlanJson;
  /** By code, the grids of the open communities. */
  readonly grids = new Map<string, PlanGrid>();
  readonly gridsInForce = new Map<string, GridInForce>();
  readonly buildings = new Map<string, PlanBuilding>();
  /** The codes of the open communities. */
  readonly communities = new Set<string>();
  readonly communityNames = new Map<string, string>();
  /** Findings about the communities that the plan changes. */
  findings: Finding[] = [];
  /* By community, the findings without the steps of the plan. */
  readonly #earlierFindings = new Map<string, Finding[]>();
  /* By community, how the names of its grids begin. */
  readonly #gridNamePrefixes = new Map<string, string | null | undefined>();
  /* Requests run one at a time: each sends the version that the previous one returned. */
  #queue: Promise<unknown> = Promise.resolve();

  constructor(address: string) {
    this.address = address;
  }

  /** The version that the next write is based on. */
  get version() {
    return this.json.version;
  }

  /** Whether the account may change the plan. */
  get isOpen() {
    const { account } = config;
    return this.json.status === "draft" && (account.login === this.json.author || account.role === "admin");
  }

  /** Loads the plan with the grids of the open communities and of those that it changes. */
  async load() {
    this.json = await getJson<PlanJson>(this.address);
    const open = [...new Set([...this.json.communities, ...this.communities])];
    await Promise.all(open.map((code) => this.#fetchGrids(code)));
    this.findings = await getJson<Finding[]>(`${this.address}/findings`);
    emit("plan");
  }

  /** Opens a community for editing. */
  async open(community: string) {
    if (this.communities.has(community)) return;
    await this.#fetchGrids(community);
    emit("plan");
  }

  /** Loads the grids in force of the open communities again. */
  async reloadInForce() {
    this.gridsInForce.clear();
    await Promise.all([...this.communities].map((code) => this.#fetchInForce(code)));
    emit("plan");
  }

  async #fetchGrids(community: string) {
    const [grids] = await Promise.all([
      getAll<GridFeature>(`${this.address}/grids`, { area: community }),
      this.communities.has(community) ? null : this.#fetchInForce(community),
    ]);
    this.communities.add(community);
    this.#replaceGrids(community, grids);
  }

  /* Loads what the steps of the plan do not change. */
  async #fetchInForce(community: string) {
    const { urls } = config;
    const [buildings, grids, area, findings] = await Promise.all([
      getAll<BuildingFeature>(urls.buildings, { area: community }),
      getAll<GridInForce>(urls.grids, { area: community }),
      serviceClient().area(community),
      getJson<Finding[]>(`${this.address}/findings`, { area: community, before: true }),
    ]);
    this.#earlierFindings.set(community, findings);
    this.communityNames.set(community, displayName(area));
    this.#gridNamePrefixes.set(community, area.name); // grid names exist in the city's language only
    for (const { properties, geometry } of buildings) {
      if (geometry) this.buildings.set(properties.code, toBuilding(properties, geometry, community));
    }
    for (const grid of grids) this.gridsInForce.set(grid.properties.code, grid);
  }

  /** Returns the findings about all open communities. */
  allFindings() {
    const unchanged = [...this.#earlierFindings].flatMap(([community, findings]) =>
      this.json.communities.includes(community) ? [] : findings,
    );
    return rankFindings([...this.findings, ...unchanged], [...this.#earlierFindings.values()].flat());
  }

  #replaceGrids(community: string, features: GridFeature[]) {
    for (const [code, grid] of this.grids) if (grid.properties.community_code === community) this.grids.delete(code);
    for (const grid of features) {
      if (grid.properties.community_code === community)
        this.grids.set(grid.properties.code, { ...grid, extent: extent(grid.geometry) });
    }
  }

  /** Returns a grid's name without the name of its community. */
  gridName({ name, community_code: community }: { name: string | null; community_code: string }) {
    const prefix = this.#gridNamePrefixes.get(community);
    return prefix && name?.startsWith(prefix) ? name.slice(prefix.length) : name;
  }

  /** Returns the code of the grid at a point; null outside the open communities. */
  gridAt(point: LonLat) {
    for (const { extent: box, geometry, properties } of this.grids.values()) {
      if (boxContains(box, point) && contains(geometry, point)) return properties.code;
    }
    return null;
  }

  /** Returns the grids of a community. */
  gridsOf(community: string) {
    return [...this.grids.values()].filter(({ properties }) => properties.community_code === community);
  }

  /** Applies one more operation; deletes the steps that are undone. */
  apply(operation: Operation) {
    return this.#send<PlanPreview>("operations", operation);
  }

  /** Undoes the last step in effect. */
  undo() {
    return this.#send<PlanPreview>("undo");
  }

  /** Applies the step again that was undone last. */
  redo() {
    return this.#send<PlanPreview>("redo");
  }

  /** Applies the steps to the newest grids; the response lists the steps that no longer apply. */
  rebase() {
    return this.#send<RebasedPlan>("rebase");
  }

  /* Sends a request after the previous ones are done, and applies the response. */
  #send<Preview extends PlanPreview>(action: string, body?: Operation): Promise<Preview> {
    const startedAt = performance.now();
    const response = this.#queue.then(async () => {
      const preview = await postJson<Preview>(`${this.address}/${action}`, body, { version: this.version });
      await this.#applyPreview(preview);
      requestAnimationFrame(() => setTimeout(() => performance.measure("operation", { start: startedAt })));
      return preview;
    });
    this.#queue = response.catch(() => {});
    return response;
  }

  async #applyPreview(preview: PlanPreview) {
    const { communities } = preview;
    const unchanged = this.json.communities.filter((code) => !communities.includes(code));
    const unopened = communities.filter((code) => !this.communities.has(code));
    this.json = preview.plan;
    this.findings = preview.findings;
    for (const community of communities) this.#replaceGrids(community, preview.grids.features);
    await Promise.all([...unchanged, ...unopened].map((code) => this.#fetchGrids(code)));
    emit("plan");
  }

  /** Publishes the plan; `at` is when it comes into force, now if omitted. A key makes a retry publish once. */
  async publish(title: string, at: string | undefined, key: string) {
    await this.#queue;
    return postJson<Revision>(`${this.address}/publish`, { title, at }, { version: this.version, key });
  }

  /** Discards the plan; it can still be read. */
  async discard() {
    await this.#queue;
    this.json = await postJson<PlanJson>(`${this.address}/discard`, {}, { version: this.version });
    emit("plan");
  }
}

function toBuilding(
  properties: BuildingFeature["properties"],
  geometry: PolygonGeometry,
  community: string,
): PlanBuilding {
  const { code, name, address, households } = properties;
  return {
    code,
    name: name || address || code,
    households,
    geometry,
    community,
    extent: extent(geometry),
    point: labelPoint(geometry),
  };
}
