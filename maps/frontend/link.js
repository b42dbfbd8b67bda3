/* Permalinks: the URL fragment holds the view, for sharing, bookmarks and browser history. */
"use strict";

(function (G) {
  const QUICK = 1500; // milliseconds within which changes share one history entry

  const FAMILIES = ["category", "status", "standing", "use"];

  const span = ({ from, to }) => (from || to ? `${from ?? ""}~${to ?? ""}` : null);

  const ends = (text, read) => {
    const [from, to] = (text ?? "~").split("~").map((end) => (end ? read(end) : null));
    return { from, to: to ?? null };
  };

  const year = (text) => Number(text) || null;

  const isDay = (text) => /^\d{4}-\d\d-\d\d$/.test(text ?? "");

  const day = (text) => (isDay(text) ? text : null);

  /* Returns the view as URL parameters; only those that differ from the defaults. */
  function told(map) {
    const { lat, lng } = map.getCenter();
    const { state } = G;
    const entries = {
      at: [map.getZoom(), lat.toFixed(5), lng.toFixed(5)].join("/"),
      on: state.on === G.config.on ? null : state.on,
      then: state.then,
      level: state.follows ? null : state.level,
      in: state.scope === (G.config.area ?? "") ? null : state.scope,
      measure: state.measure === "households" ? null : state.measure,
      built: span(state.built),
      period: span(state.period),
      heat: state.heat ? "1" : null,
      code: state.selected,
    };
    for (const family of FAMILIES) {
      if (state.hidden[family].size) entries[`not-${family}`] = [...state.hidden[family]].map(encodeURIComponent).join(",");
    }
    return new URLSearchParams(Object.entries(entries).filter(([, value]) => value != null));
  }

  const withoutPlace = (text) => text.replace(/(^|&)at=[^&]*/, "");

  G.keepLink = function (map, table) {
    let busy = false; // the URL is not written while it is being applied
    let timer;
    let stepped = -QUICK;
    const write = () => {
      if (busy) return;
      const next = told(map).toString();
      const was = location.hash.slice(1);
      if (next === was) return;
      // Moving the map adds no history entry. Rapid changes, as in playback, share one entry.
      const step = was && withoutPlace(next) !== withoutPlace(was) && performance.now() - stepped > QUICK;
      if (withoutPlace(next) !== withoutPlace(was)) stepped = performance.now();
      history[step ? "pushState" : "replaceState"](null, "", `#${next}`);
    };
    const soon = () => {
      clearTimeout(timer);
      timer = setTimeout(write, 200);
    };
    map.on("moveend", soon);
    for (const subject of ["level", "measure", "selected", "filter", "day", "compare", "period"]) G.on(subject, soon);
    const read = async () => {
      busy = true;
      try {
        await follow(map, table, new URLSearchParams(location.hash.slice(1)));
      } finally {
        busy = false;
      }
    };
    window.addEventListener("popstate", read);
    if (location.hash.length > 1) read();
    else {
      write();
      stepped = -QUICK;
    }
  };

  async function follow(map, table, asked) {
    const { state } = G;
    for (const family of FAMILIES) {
      state.hidden[family] = new Set((asked.get(`not-${family}`) ?? "").split(",").filter(Boolean).map(decodeURIComponent));
    }
    state.built = ends(asked.get("built"), year);
    state.heat = asked.get("heat") === "1";
    const period = ends(asked.get("period"), day);
    const other = span(period) !== span(state.period);
    state.period = period;
    place(map, asked.get("at"));
    if (G.hasDays()) {
      G.setDay(day(asked.get("on")) ?? G.config.on);
      G.divider.set(day(asked.get("then")));
    }
    const level = asked.get("level");
    if (table) await table.restore(asked.get("in") ?? G.config.area ?? "").catch(() => {}); // the table keeps its area
    place(map, asked.get("at"));
    if (G.config.levels.includes(level)) G.setLevel(level);
    else G.followZoom();
    if (G.setMeasure && ["households", "buildings", "rate"].includes(asked.get("measure"))) G.setMeasure(asked.get("measure"));
    G.refresh("buildings", "issues");
    G.tell("filter");
    if (other) G.tell("period");
    choose(map, asked.get("code"));
  }

  function place(map, text) {
    const [zoom, lat, lon] = (text ?? "").split("/").map(Number);
    if ([zoom, lat, lon].every(Number.isFinite) && text) map.setView([lat, lon], zoom, { animate: false });
    else map.fitBounds(G.home(), { animate: false });
  }

  /* Selects the feature named in the URL and opens its popup when it is visible. */
  async function choose(map, code) {
    map.closePopup();
    G.select(code);
    if (!code) return;
    const layer = G.config.kind === "issues" ? "issues" : "buildings";
    if (G.zoom(map) < G.style.zooms.buildings) return;
    const found = (await G.inView(map, layer))?.find(({ props }) => (props.code ?? props.ref) === code);
    if (found) G.show(map, [{ layer, props: found.props }], L.latLng(found.lat, found.lon));
  }
})(window.Gridward);
