/* The plan on the service: sends operations one at a time and stores the resulting grids. */

import { emit } from "../core/events.ts";
import { getAll, getJson, postJson } from "../core/http.ts";
import { config } from "../core/store.ts";
import { displayName } from "../core/texts.ts";
import type { Box } from "../core/types.ts";
import { type CommunityData, loadCommunity, loadEarlierFindings } from "./community_data.ts";
import { rankFindings } from "./finding_order.ts";
import { boxContains, contains, extent, type LonLat } from "./geometry.ts";
import { isCoordinator, isInReach } from "./permissions.ts";
import type {
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
  /** By open community, the extent of its outline; null without an outline. */
  readonly outlines = new Map<string, Box | null>();
  /** Findings about the communities that the plan changes. */
  findings: Finding[] = [];
  /** Why communities could not be loaded, and were closed, after a step was saved; null if all are shown. */
  loadError: unknown = null;
  /* By community, the findings without the steps of the plan. */
  readonly #earlierFindings = new Map<string, Finding[]>();
  /* By community, how the names of its grids begin. */
  readonly #gridNamePrefixes = new Map<string, string | null | undefined>();
  /* By community, the requests that open it. */
  readonly #opening = new Map<string, Promise<void>>();
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
    const { login, role } = config.account;
    return this.json.status === "draft" && isCoordinator() && (login === this.json.author || role === "admin");
  }

  /** Whether the account may change the grids of a community in this plan. */
  mayChange(community: string) {
    return this.isOpen && isInReach(community);
  }

  /** Whether the account may change one of the open communities; true before one is opened. */
  get hasEditable() {
    return this.isOpen && (!this.communities.size || [...this.communities].some(isInReach));
  }

  /** Whether the reach of the account includes all that the plan changes. */
  get isInReach() {
    return this.json.communities.every(isInReach);
  }

  /** Loads the plan with the grids of the open communities and of those that it changes. */
  async load() {
    const json = await getJson<PlanJson>(this.address);
    const open = [...new Set([...json.communities, ...this.communities])];
    await Promise.all(open.map((code) => this.#fetchGrids(code)));
    this.findings = await getJson<Finding[]>(`${this.address}/findings`);
    this.json = json; // last: until then a write is refused as based on an outdated version
    this.loadError = null;
    emit("plan");
  }

  /** Opens a community for editing, once however often it is called. */
  open(community: string): Promise<void> {
    if (this.communities.has(community)) return Promise.resolve();
    let opening = this.#opening.get(community);
    if (!opening) {
      opening = this.#fetchGrids(community)
        .then(() => emit("plan"))
        .finally(() => this.#opening.delete(community));
      this.#opening.set(community, opening);
    }
    return opening;
  }

  /** Closes a community that the plan does not change. */
  close(community: string) {
    if (this.json.communities.includes(community)) return;
    this.#remove(community);
    emit("plan");
  }

  #remove(community: string) {
    this.communities.delete(community);
    this.outlines.delete(community);
    this.#earlierFindings.delete(community);
    this.#replaceGrids(community, []);
    for (const [code, building] of this.buildings) if (building.community === community) this.buildings.delete(code);
    for (const [code, { properties }] of this.gridsInForce)
      if (properties.community_code === community) this.gridsInForce.delete(code);
  }

  /** Loads the grids in force of the open communities again. */
  async reloadInForce() {
    const communities = [...this.communities];
    const loaded = await Promise.all(communities.map((code) => loadCommunity(this.address, code)));
    this.gridsInForce.clear();
    communities.forEach((code, index) => {
      this.#storeInForce(code, loaded[index]);
    });
    emit("plan");
  }

  async #fetchGrids(community: string) {
    const [grids, data] = await Promise.all([
      getAll<GridFeature>(`${this.address}/grids`, { area: community }),
      this.communities.has(community) ? null : loadCommunity(this.address, community),
    ]);
    if (data) this.#storeInForce(community, data);
    this.communities.add(community);
    this.#replaceGrids(community, grids);
  }

  /** Loads the findings again, after the limits changed. */
  async reloadFindings() {
    const communities = [...this.communities];
    const [findings, ...earlier] = await Promise.all([
      getJson<Finding[]>(`${this.address}/findings`),
      ...communities.map((code) => loadEarlierFindings(this.address, code)),
    ]);
    this.findings = findings;
    communities.forEach((code, index) => {
      this.#earlierFindings.set(code, earlier[index]);
    });
    emit("plan");
  }

  #storeInForce(community: string, { area, outline, buildings, grids, findings }: CommunityData) {
    this.#earlierFindings.set(community, findings);
    this.communityNames.set(community, displayName(area));
    this.outlines.set(community, outline);
    this.#gridNamePrefixes.set(community, area.name); // grid names exist in the city's language only
    for (const building of buildings) this.buildings.set(building.code, building);
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

  /** Returns the extents of the grids of a community; without grids that of its outline, if it has one. */
  boxesOf(community: string): Box[] {
    const outline = this.outlines.get(community);
    const grids = this.gridsOf(community).map((grid) => grid.extent);
    return grids.length || !outline ? grids : [outline];
  }

  /** Returns the buildings of a community. */
  buildingsOf(community: string) {
    return [...this.buildings.values()].filter((building) => building.community === community);
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
    await this.#reload([...unchanged, ...unopened]);
    emit("plan");
  }

  /* Loads communities after a step that is saved already: closes those that cannot be loaded, and keeps the reason. */
  async #reload(communities: string[]) {
    const outcomes = await Promise.allSettled(communities.map((code) => this.#fetchGrids(code)));
    this.loadError = null;
    outcomes.forEach((outcome, index) => {
      if (outcome.status === "fulfilled") return;
      this.#remove(communities[index]);
      this.loadError = outcome.reason;
    });
  }

  /** Publishes the plan; `at` is when it comes into force, now if omitted. A key makes a retry publish once. */
  async publish(title: string, at: string | undefined, key: string) {
    await this.#queue;
    const options = { version: this.version, key };
    const revision = await postJson<Revision>(`${this.address}/publish`, { title, at }, options);
    this.json = { ...this.json, status: "published", revision: revision.number };
    emit("plan");
    return revision;
  }

  /** Discards the plan; it can still be read. */
  async discard() {
    await this.#queue;
    this.json = await postJson<PlanJson>(`${this.address}/discard`, {}, { version: this.version });
    emit("plan");
  }
}
