/* Data client of the page: figures, search and locations. */
"use strict";

(function (G) {
  const MOST = 12;

  /* Reads the data embedded in a stand-alone page. */
  class Embedded {
    constructor() {
      this.areas = G.features("areas");
      this.grids = G.features("grids");
      this.byCode = new Map([...this.areas, ...this.grids].map((area) => [area.props.code, area]));
    }

    async rows(level, scope) {
      const features = level === "grid" ? this.grids : this.areas.filter((area) => area.props.level === level);
      const rows = features.map((feature) => feature.props).filter((row) => row.code.startsWith(scope));
      return G.isFiltered() ? rows.map((row) => ({ ...row, ...counted(row.code, level) })) : rows;
    }

    async find(query) {
      const words = query.toLowerCase().split(/\s+/).filter(Boolean);
      const hits = this.entries().filter(({ text, around }) =>
        words.every((word) => text.includes(word) || around.includes(word)) && words.some((word) => text.includes(word)));
      hits.sort((a, b) => rank(a, words[0]) - rank(b, words[0]) || a.name.length - b.name.length);
      return shared(hits);
    }

    entries() {
      this.index ??= [
        ...this.areas.map((feature) => entry("area", feature, this.around(feature.props.parent_code))),
        ...this.grids.map((feature) => entry("grid", feature, this.around(feature.props.community_code))),
        ...G.features("buildings").map((feature) => entry("building", feature, this.around(feature.props.community_code))),
        ...G.features("issues").map((feature) => entry("issue", feature)),
      ];
      return this.index;
    }

    /* Returns the names of an area and of those above it, as text to search. */
    around(code) {
      const area = this.byCode.get(code)?.props;
      return area ? searchable(area.name, area.name_en, this.around(area.parent_code)) : "";
    }

    async place(kind, code) {
      return G.corners(this.byCode.get(code)?.box);
    }

    async area(code) {
      return this.byCode.get(code)?.props;
    }

    /* Returns how many uncovered buildings of an area lost their coverage; null without buildings. */
    async lapsed(level, scope) {
      const { rows } = await this.uncovered(scope);
      return G.data.buildings ? rows.filter((row) => row.reason === "lapsed").length : null;
    }

    /* Returns the uncovered buildings of an area that pass the filter, all on one page. */
    async uncovered(scope) {
      const rows = G.features("buildings").filter(({ props }) => isIn(props, scope) && !G.isCovered(props) && G.passes(props));
      return { rows: rows.map(({ props, box }) => located(props, box)), next: null };
    }

    name(code) {
      const found = this.byCode.get(code);
      return found && G.named(found.props);
    }
  }

  /* Returns the figures of an area or grid for the buildings that pass the filter. */
  function counted(code, level) {
    const homes = G.features("buildings").map(({ props }) => props).filter((props) => G.passes(props)
      && (level === "grid" ? props.grid_code === code : isIn(props, code)));
    const covered = homes.filter((props) => G.isCovered(props));
    const households = (some) => some.reduce((sum, props) => sum + (props.households ?? 0), 0);
    return {
      buildings: homes.length, covered: covered.length, uncovered: homes.length - covered.length,
      rate: homes.length ? covered.length / homes.length : null,
      households: households(homes), covered_households: households(covered),
    };
  }

  const isIn = ({ community_code: community }, area) => community != null && community.startsWith(area);

  const located = (props, box) => ({ ...props, lon: (box[0] + box[2]) / 2, lat: (box[1] + box[3]) / 2 });

  const NONE = { buildings: 0, covered: 0, uncovered: 0, rate: null, households: 0, covered_households: 0 };

  /* Returns the first hits, in their order, so that no kind displaces all hits of another. */
  function shared(hits) {
    const share = Math.floor(MOST / new Set(hits.map(({ kind }) => kind)).size);
    const counts = new Map();
    const first = new Set(hits.filter(({ kind }) => counts.set(kind, (counts.get(kind) ?? 0) + 1).get(kind) <= share));
    const selected = new Set([...first, ...hits.filter((hit) => !first.has(hit))].slice(0, MOST));
    return hits.filter((hit) => selected.has(hit));
  }

  /* Joins parts in lower case and without the spaces in them. */
  const searchable = (...parts) => parts.filter(Boolean).map((text) => text.replaceAll(" ", "").toLowerCase()).join("\n");

  function entry(kind, { props, box }, around = "") {
    const { code = props.ref, name, name_en, address, neighborhood, manager } = props;
    const text = searchable(code, (neighborhood ?? "") + (name ?? ""), name_en, address, manager);
    return { kind, code, name: G.named(props) ?? code, address, text, around, bbox: box, lon: (box[0] + box[2]) / 2, lat: (box[1] + box[3]) / 2 };
  }

  const rank = (entry, word) =>
    entry.code === word ? 0 : entry.name.toLowerCase().startsWith(word) ? 1 : entry.code.startsWith(word) ? 2 : 3;

  /* Returns the corners of a box of west, south, east and north as Leaflet has them; null without a box. */
  G.corners = (box) => (box ? [[box[1], box[0]], [box[3], box[2]]] : null);

  /* Requests data from the service. */
  class Served {
    constructor() {
      this.names = new Map();
    }

    /* Returns the rows of a level in an area; with a box, those that intersect it. */
    async rows(level, scope, box = null, on = G.state.on) {
      const rows = await this.count({ by: level, area: scope || null, on, bbox: box }, G.passesNone() ? [] : G.filterQuery());
      for (const row of rows) this.names.set(row.code, G.named(row));
      return G.passesNone() ? rows.map((row) => ({ ...row, ...NONE })) : rows;
    }

    count(query, filter) {
      return ask(G.config.service.coverageUrl, query, filter);
    }

    /* Returns how many buildings of an area lost their coverage and pass the filter. */
    async lapsed(level, scope) {
      const filter = G.lapsedQuery();
      if (!filter) return 0;
      const rows = await this.count({ by: level, area: scope || null, on: G.state.on }, filter);
      return G.total(rows).uncovered;
    }

    /* Returns a page of the uncovered buildings of an area that pass the filter, in order of code. */
    async uncovered(scope, cursor = null) {
      if (G.passesNone()) return { rows: [], next: null };
      const query = { area: scope || null, on: G.state.on, covered: "false", cursor };
      const { features, links } = await ask(G.config.service.listUrls.buildings, query, G.filterQuery());
      const next = links.find(({ rel }) => rel === "next");
      return {
        rows: features.map(({ properties, geometry }) => located(properties, extent(geometry))),
        next: next ? new URL(next.href, location.href).searchParams.get("cursor") : null,
      };
    }

    /* Returns the numbers of buildings that gained and lost coverage between two dates, by area. */
    async changes(level, scope) {
      if (G.passesNone()) return [];
      const { coverageChangesUrl } = G.config.service;
      return ask(coverageChangesUrl, { by: level, area: scope || null, since: G.state.then, on: G.state.on }, G.filterQuery());
    }

    async building(code) {
      const { listUrls } = G.config.service;
      return (await ask(`${listUrls.buildings}/${encodeURIComponent(code)}`, { on: G.state.on })).properties;
    }

    async issue(ref) {
      return ask(`${G.config.service.listUrls.issues}/${encodeURIComponent(ref)}`, {});
    }

    async history(code) {
      return ask(G.config.service.historyUrl.replace("{code}", encodeURIComponent(code)), {});
    }

    async issueCounts({ from, to }) {
      return ask(G.config.service.issueCountsUrl, { since: from, until: to, area: G.config.area });
    }

    /* Looks up coordinates of a datum: lon and lat in WGS 84, grid and areas. */
    async lookUp(lon, lat, datum) {
      return ask(G.config.service.lookupUrl, { lon, lat, datum });
    }

    async area(code) {
      return (await ask(G.config.service.featureUrls.area.replace("{code}", encodeURIComponent(code)), {})).properties;
    }

    async find(query) {
      return ask(G.config.service.searchUrl, { q: query, on: G.state.on, limit: MOST });
    }

    async place(kind, code) {
      const address = G.config.service.featureUrls[kind];
      if (!address) return null;
      const feature = await ask(address.replace("{code}", encodeURIComponent(code)), {});
      return G.corners(feature.bbox ?? extent(feature.geometry));
    }

    name(code) {
      return this.names.get(code);
    }
  }

  async function ask(address, values, more = []) {
    const query = new URLSearchParams([...Object.entries(values).filter(([, value]) => value != null), ...more]);
    const answer = await fetch(query.size ? `${address}?${query}` : address, {
      headers: { Accept: "application/json, application/geo+json" },
    });
    if (!answer.ok) throw new Error(`${answer.status} ${address}`);
    return answer.json();
  }

  function extent(geometry) {
    if (!geometry) return null;
    const flat = geometry.coordinates.flat(Infinity);
    const lons = flat.filter((_, at) => at % 2 === 0);
    const lats = flat.filter((_, at) => at % 2 === 1);
    const least = (values) => values.reduce((a, b) => Math.min(a, b));
    const most = (values) => values.reduce((a, b) => Math.max(a, b));
    return [least(lons), least(lats), most(lons), most(lats)];
  }

  G.register = () => (G.answers ??= G.data ? new Embedded() : new Served());
})(window.Gridward);
