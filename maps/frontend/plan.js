/* The plan on the service: sends operations one at a time and stores the resulting grids. */
"use strict";

(function (G) {
  class Plan {
    constructor(address) {
      this.address = address;
      this.json = null;
      this.grids = new Map(); // by code, of the open communities
      this.before = new Map(); // by code, the grids in force
      this.buildings = new Map(); // by code: {code, name, households, geometry, extent, point, community}
      this.communities = new Set();
      this.names = new Map(); // of the communities
      this.starts = new Map();
      this.findings = []; // about the changed communities
      this.earlier = new Map(); // by community, the findings without the steps of the plan
      this.line = Promise.resolve(); // operations run one at a time: each needs the version that the previous one returns
    }

    get version() {
      return this.json.version;
    }

    get isOpen() {
      const { account } = G.config;
      return this.json.status === "draft" && (account.login === this.json.author || account.role === "admin");
    }

    async load() {
      this.json = await G.get(this.address);
      const open = [...new Set([...this.json.communities, ...this.communities])];
      await Promise.all(open.map((code) => this.fetchGrids(code)));
      this.findings = await G.get(`${this.address}/findings`);
      G.tell("plan");
    }

    /* Opens a community for editing. */
    async open(community) {
      if (this.communities.has(community)) return;
      await this.fetchGrids(community);
      G.tell("plan");
    }

    async fetchGrids(community) {
      const [grids] = await Promise.all([
        G.getAll(`${this.address}/grids`, { area: community }),
        this.communities.has(community) ? null : this.fetchGround(community),
      ]);
      this.communities.add(community);
      this.put(community, grids);
    }

    async fetchGround(community) {
      const { buildings, grids } = G.config.urls;
      const [homes, before, area, earlier] = await Promise.all([
        G.getAll(buildings, { area: community }), G.getAll(grids, { area: community }), G.register().area(community),
        G.get(`${this.address}/findings`, { area: community, before: true }),
      ]);
      this.earlier.set(community, earlier);
      this.names.set(community, G.named(area));
      this.starts.set(community, area.name); // grid names exist in the city's language only
      for (const { properties, geometry } of homes) {
        if (geometry) this.buildings.set(properties.code, placed(properties, geometry, community));
      }
      for (const grid of before) this.before.set(grid.properties.code, grid);
    }

    /* Returns the findings about all open communities; `isNew` are those that the plan made, or made worse. */
    allFindings() {
      const earlier = [...this.earlier.values()].flat();
      const sizes = new Map(earlier.map((finding) => [findingKey(finding), finding.size]));
      const unchanged = [...this.earlier].flatMap(([community, findings]) => (this.json.communities.includes(community) ? [] : findings));
      return [...this.findings, ...unchanged]
        .map((finding) => ({ ...finding, isNew: isWorse(finding, sizes.get(findingKey(finding))) }))
        .sort((a, b) => b.is_error - a.is_error || b.isNew - a.isNew);
    }

    /* Replaces the grids of a community. */
    put(community, features) {
      for (const [code, grid] of this.grids) if (grid.properties.community_code === community) this.grids.delete(code);
      for (const grid of features) {
        if (grid.properties.community_code === community) this.grids.set(grid.properties.code, { ...grid, extent: G.extent(grid.geometry) });
      }
    }

    /* Returns a grid's name without the name of its community. */
    gridName({ name, community_code: community }) {
      const start = this.starts.get(community);
      return start && name?.startsWith(start) ? name.slice(start.length) : name;
    }

    gridAt(point) {
      for (const grid of this.grids.values()) {
        const [west, south, east, north] = grid.extent;
        if (point[0] < west || point[0] > east || point[1] < south || point[1] > north) continue;
        if (G.holds(grid.geometry, point)) return grid.properties.code;
      }
      return null;
    }

    apply(operation) {
      return this.step("operations", operation);
    }

    undo() {
      return this.step("undo");
    }

    redo() {
      return this.step("redo");
    }

    rebase() {
      return this.step("rebase");
    }

    /* Sends a request after the previous ones are done, and applies the response. */
    step(what, body) {
      const begun = performance.now();
      const done = this.line.then(async () => {
        const picture = await G.post(`${this.address}/${what}`, body, { version: this.version });
        await this.take(picture);
        requestAnimationFrame(() => setTimeout(() => performance.measure("operation", { start: begun })));
        return picture;
      });
      this.line = done.catch(() => {});
      return done;
    }

    async take({ plan, communities, grids, findings }) {
      const left = this.json.communities.filter((code) => !communities.includes(code));
      const fresh = communities.filter((code) => !this.communities.has(code));
      this.json = plan;
      this.findings = findings;
      for (const community of communities) this.put(community, grids.features);
      await Promise.all([...left, ...fresh].map((code) => this.fetchGrids(code)));
      G.tell("plan");
    }

    async publish(title, at, key) {
      await this.line;
      return G.post(`${this.address}/publish`, { title, at }, { version: this.version, key });
    }

    async discard() {
      await this.line;
      this.json = await G.post(`${this.address}/discard`, {}, { version: this.version });
      G.tell("plan");
    }
  }

  const findingKey = ({ kind, codes, unit, limit }) => JSON.stringify([kind, codes, unit, limit]);

  const WORSE_IF_SMALLER = new Set(["grid_too_small", "grid_long_thin"]);

  const isWorse = ({ kind, size }, before) => before === undefined || (WORSE_IF_SMALLER.has(kind) ? size < before : size > before);

  function placed(properties, geometry, community) {
    const { code, name, address, households } = properties;
    return { code, name: name || address || code, households, geometry, community, extent: G.extent(geometry), point: G.spot(geometry) };
  }

  G.Plan = Plan;
})(window.Gridward);
