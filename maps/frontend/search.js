/* The search box: results while typing, arrow keys and Enter to open one. */
"use strict";

(function (G) {
  const PAUSE = 160; // milliseconds after the last key before the request
  const ZOOM = { building: 17, issue: 17, place: 16 }; // other kinds of results fit the map
  const GROUPS = ["neighborhood", "manager"]; // kinds without a layer of their own
  const kindWord = (kind) => G.word(kind === "manager" ? "property_manager" : kind);

  class Search {
    /* With a table, the choice of an area restricts the page to it. */
    constructor(map, place, table = null) {
      this.map = map;
      this.table = table;
      this.input = place.querySelector("input");
      this.list = place.querySelector("[role=listbox]");
      this.hits = [];
      this.at = -1;
      this.input.addEventListener("input", () => this.wait());
      this.input.addEventListener("keydown", (event) => this.key(event));
      this.input.addEventListener("blur", () => setTimeout(() => this.close(), 150));
    }

    wait() {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.ask(), PAUSE);
    }

    async ask() {
      const query = this.input.value.trim();
      if (!query) return this.close();
      try {
        const hits = G.coordinates(query) ?? await this.find(query);
        if (query === this.input.value.trim()) this.show(hits);
      } catch (error) {
        this.say(G.word("load_failed", { reason: error.message }));
      }
    }

    find(query) {
      return G.register().find(query);
    }

    show(hits) {
      this.hits = hits;
      this.at = -1;
      if (!hits.length) return this.say(G.word("no_results"));
      G.fill(this.list, hits.map((hit, at) => this.option(hit, at)));
      this.open();
    }

    say(text) {
      this.hits = [];
      G.fill(this.list, G.node("li", { class: "none" }, text));
      this.open();
    }

    option(hit, at) {
      const option = G.node("li", { role: "option", id: `hit-${at}`, "aria-selected": "false" }, [
        G.node("span", { class: "hit-kind" }, kindWord(hit.kind)),
        G.node("span", { class: "hit-name" }, hit.label ?? hit.name ?? hit.address ?? hit.code),
        G.node("span", { class: "hit-code" }, hit.datum ? G.term("datum", hit.datum) : hit.code),
      ]);
      option.addEventListener("mousedown", (event) => event.preventDefault());
      option.addEventListener("click", () => this.go(hit));
      return option;
    }

    key(event) {
      if (event.key === "Escape") return this.close();
      if (event.key === "Enter" && this.hits.length) this.go(this.hits[Math.max(this.at, 0)]);
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (!step || !this.hits.length) return undefined;
      event.preventDefault();
      this.at = (this.at + step + this.hits.length) % this.hits.length;
      [...this.list.children].forEach((option, at) => option.setAttribute("aria-selected", String(at === this.at)));
      this.input.setAttribute("aria-activedescendant", `hit-${this.at}`);
      return this.list.children[this.at].scrollIntoView({ block: "nearest" });
    }

    async go(hit) {
      this.close();
      this.input.value = hit.name ?? hit.code;
      if (hit.datum && G.config.service) return this.goTo(hit);
      const target = L.latLng(hit.lat, hit.lon);
      if (!await this.enter(hit)) {
        if (ZOOM[hit.kind]) this.map.setView(target, Math.max(this.map.getZoom(), ZOOM[hit.kind]), { animate: false });
        else this.map.fitBounds(G.corners(hit.bbox), { maxZoom: 17, padding: [30, 30], animate: false });
        G.select(hit.code);
      }
      if (GROUPS.includes(hit.kind)) return G.show(this.map, [{ layer: hit.kind, props: hit }], target);
      return G.whenDrawn(this.map, () => this.reveal(hit, target));
    }

    /* Restricts the page to an area; returns whether it did. */
    async enter(hit) {
      if (hit.kind !== "area" || !this.table) return false;
      try {
        return await this.table.open(hit.code);
      } catch (error) {
        this.say(G.word("load_failed", { reason: error.message }));
        return false;
      }
    }

    /* Zooms to coordinates of any datum and shows their grid and areas. */
    async goTo(hit) {
      try {
        const found = await G.register().lookUp(hit.lon, hit.lat, hit.datum);
        const target = L.latLng(found.lat, found.lon);
        this.map.setView(target, Math.max(this.map.getZoom(), 16), { animate: false });
        G.show(this.map, [{ layer: "place", props: { ...found, datum: hit.datum } }], target);
      } catch (error) {
        this.say(G.word("load_failed", { reason: error.message }));
      }
    }

    /* Opens the popup of a result, once its tile is rendered. */
    reveal(hit, target) {
      const layer = { building: "buildings", issue: "issues", grid: "grids", area: "areas" }[hit.kind];
      const here = G.at(this.map, target).filter(({ layer: name }) => name === layer);
      const at = here.findIndex(({ props }) => (props.code ?? props.ref) === hit.code);
      if (at >= 0) G.show(this.map, here, target, at);
    }

    open() {
      this.list.hidden = false;
      this.input.setAttribute("aria-expanded", "true");
    }

    close() {
      this.list.hidden = true;
      this.input.setAttribute("aria-expanded", "false");
      this.input.removeAttribute("aria-activedescendant");
    }
  }

  G.Search = Search;
})(window.Gridward);
