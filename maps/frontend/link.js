/* Permalinks: the URL fragment holds the view, for sharing, bookmarks and browser history. */
"use strict";

(function (G) {
  const QUICK = 1500; // milliseconds within which changes share one history entry

  const span = ({ from, to }) => (from || to ? `${from ?? ""}~${to ?? ""}` : null);

  /* Returns the view as URL parameters; only those that differ from the defaults. */
  function told(map) {
    const { lat, lng } = map.getCenter();
    const { state } = G;
    const entries = {
      at: [map.getZoom(), lat.toFixed(5), lng.toFixed(5)].join("/"),
      on: state.on === G.config.on ? null : state.on,
      then: state.then,
      level: state.listsBuildings ? "building" : state.follows ? null : state.level,
      in: state.scope === (G.config.area ?? "") ? null : state.scope,
      measure: state.measure === "households" ? null : state.measure,
      built: span(state.built),
      period: span(state.period),
      heat: state.heat ? "1" : null,
      code: state.selected,
    };
    for (const family of G.linkFamilies) {
      if (state.hidden[family].size) entries[`not-${family}`] = [...state.hidden[family]].map(encodeURIComponent).join(",");
    }
    return new URLSearchParams(Object.entries(entries).filter(([, value]) => value != null));
  }

  const withoutPlace = (text) => text.replace(/(^|&)at=[^&]*/, "");

  G.keepLink = function (map, table) {
    let busy = false; // the URL is not written while it is being applied
    const note = G.mapNote(map);
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
        const { values, unread } = G.readLink(map, new URLSearchParams(location.hash.slice(1)));
        if (!(await follow(map, table, values))) unread.push("in");
        note.show(unread.length ? G.word("link_unread", { names: unread.join(", ") }) : "");
      } finally {
        busy = false;
      }
    };
    window.addEventListener("popstate", read);
    for (const gesture of ["pointerdown", "wheel", "keydown"]) window.addEventListener(gesture, () => note.show(""), { capture: true, passive: true });
    if (location.hash.length > 1) read();
    else {
      write();
      stepped = -QUICK;
    }
  };

  /* Applies the values of a permalink; returns whether its area exists. */
  async function follow(map, table, values) {
    const { state } = G;
    const open = { from: null, to: null };
    for (const family of G.linkFamilies) state.hidden[family] = values[`not-${family}`] ?? new Set();
    state.built = values.built ?? open;
    state.heat = values.heat ?? false;
    const period = values.period ?? open;
    const isOtherPeriod = span(period) !== span(state.period);
    state.period = period;
    place(map, values.at);
    if (G.hasDays()) {
      G.setDay(values.on ?? G.config.on);
      G.divider.set(values.then ?? null);
    }
    const isArea = table ? await table.restore(values.in ?? G.config.area ?? "").then(() => true, () => false) : true;
    if (values.at || !values.in) place(map, values.at);
    else if (isArea && table) await table.goToScope();
    if (values.level === "building") G.setBuildingList();
    else if (values.level) G.setLevel(values.level);
    else G.followZoom();
    if (G.setMeasure && values.measure) G.setMeasure(values.measure);
    G.refresh("buildings", "issues");
    G.tell("filter");
    if (isOtherPeriod) G.tell("period");
    choose(map, values.code);
    return isArea;
  }

  function place(map, at) {
    if (at) map.setView([at[1], at[2]], at[0], { animate: false });
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
