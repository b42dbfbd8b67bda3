/* The search box: results while typing, arrow keys and Enter to open one. */
"use strict";

(function (G) {
  const PAUSE = 160; // milliseconds after the last key before the request
  const ZOOM = { building: 17, issue: 17, grid: 16 };

  class Search {
    constructor(map, place) {
      this.map = map;
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
      const places = coordinates(query);
      try {
        const hits = places ?? await G.register().find(query);
        if (query === this.input.value.trim()) this.show(hits);
      } catch (error) {
        this.say(G.word("load_failed", { reason: error.message }));
      }
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
        G.node("span", { class: "hit-kind" }, G.word(hit.kind)),
        G.node("span", { class: "hit-name" }, hit.name ?? hit.address ?? hit.code),
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
      const bounds = hit.kind === "place" ? null : await G.register().place(hit.kind, hit.code);
      const target = L.latLng(hit.lat, hit.lon);
      if (bounds) this.map.fitBounds(bounds, { maxZoom: 17, padding: [30, 30], animate: false });
      else this.map.setView(target, Math.max(this.map.getZoom(), ZOOM[hit.kind] ?? 16), { animate: false });
      G.select(hit.code);
      G.whenDrawn(this.map, () => this.reveal(hit, target));
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

  /* "130.30, 47.35": longitude first, as everywhere; one result per possible datum. */
  function coordinates(text) {
    const match = text.match(/^(-?\d+(?:\.\d+)?)\s*[,，\s]\s*(-?\d+(?:\.\d+)?)$/);
    if (!match) return null;
    const [lon, lat] = [Number(match[1]), Number(match[2])];
    if (Math.abs(lon) > 180 || Math.abs(lat) > 85) return null;
    const datums = G.config.service ? ["wgs84", "gcj02", "bd09", "cgcs2000"] : ["wgs84"];
    return datums.map((datum) => ({ kind: "place", code: text, lon, lat, datum }));
  }

  G.Search = Search;
})(window.Gridward);
