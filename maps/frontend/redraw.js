/* Starts the redraw page: the MapStartup element calls `Gridward.open` with the map. */
"use strict";

(function (G) {
  let map;

  /* Hides the grids in force in open communities, where the plan's grids are shown. */
  const elsewhere = (rule) => ({
    ...rule,
    filter: (zoom, feature) => (rule.filter?.(zoom, feature) ?? true) && !["code", "community_code"].some((key) => G.plan?.communities.has(feature.props[key])),
  });
  const { names } = G;
  const { grids } = G.paint;
  G.names = () => names().map(elsewhere);
  G.paint.grids = () => grids().map(elsewhere);

  const byId = (id) => document.getElementById(id);

  G.open = async function (made) {
    map = made;
    map.doubleClickZoom.disable();
    map.boxZoom.disable();
    L.control.zoom({ zoomInTitle: G.word("zoom_in"), zoomOutTitle: G.word("zoom_out") }).addTo(map);
    L.control.scale({ imperial: false }).addTo(map);
    map.attributionControl.setPrefix(false);
    map.getContainer().setAttribute("aria-label", G.word("map_keys"));
    map.getContainer().setAttribute("role", "application");
    map.fitBounds(G.toBounds(G.config.bounds), { animate: false });
    G.watchBasemap(map);
    map.on("zoomend", zoomed);
    zoomed();
    G.plan = new G.Plan(`${G.config.urls.plans}/${G.config.plan}`);
    try {
      await G.plan.load();
      lay();
    } catch (problem) {
      G.say([problem.message, problem.hint].filter(Boolean).join(" "), "fault");
    }
    document.documentElement.dataset.ready = "true";
  };

  /* Shows labels and borders of the finest level for the zoom. */
  function zoomed() {
    G.rescale(map);
    const areas = G.config.levels.filter((level) => level !== "grid");
    const level = areas.findLast((name) => G.zoom(map) >= G.style.levelZooms[name]) ?? areas[0];
    if (level === G.state.areaLevel) return;
    G.state.areaLevel = level;
    G.refresh("shade", "borders", "names");
  }

  function lay() {
    const ground = new G.Ground(map, G.plan);
    ground.draw(); // first, because it assigns the grid colours
    const brush = new G.Brush(map, ground);
    const line = new G.Line(map);
    new G.Cross(map, brush, line);
    tabs();
    new G.Toolbar(byId("toolbar"), byId("hint"), line, brush);
    new G.Grids(byId("tab-grids"), ground);
    new G.Findings(byId("tab-findings"), map);
    new G.Impact(byId("tab-impact"));
    new G.Remarks(byId("tab-comments"));
    new G.Steps(byId("tab-steps"));
    new Finder(map, byId("search"));
    ground.fit([...G.plan.grids.keys()]);
    let open = 0;
    G.on("plan", () => {
      head();
      if (open !== G.plan.communities.size) G.refresh("grids", "names");
      open = G.plan.communities.size;
    });
    head();
  }

  /* Updates the title bar: name, status, and the buttons to publish and discard. */
  function head() {
    const { title, status, author, revision } = G.plan.json;
    document.title = `${title} · ${G.word("redraw_grids")}`;
    byId("plan-title").textContent = title;
    const state = revision ? G.word("revision", { number: revision }) : status === "draft" ? G.word("all_saved") : "";
    byId("as-of").textContent = [G.term("plan", status), author, state].filter(Boolean).join(" · ");
    const effective = G.plan.json.operations.length - G.plan.json.undone_count;
    G.fill(byId("endings"), G.plan.isOpen ? [
      G.button(G.word("discard"), () => G.discard()),
      G.button(G.word("publish"), () => G.publish(), { class: "first", disabled: !effective }),
    ] : []);
  }


  /* Opens the community at a location for editing. */
  G.openAt = async function ({ lat, lng }) {
    try {
      const found = await G.get(G.config.urls.lookup, { lon: lng, lat });
      const community = found.areas.find(({ level }) => level === "community");
      if (!community) return G.say(G.word("no_community_here"));
      await G.plan.open(community.code);
      if (map.getZoom() < 15) {
        const own = [...G.plan.grids.values()].filter(({ properties }) => properties.community_code === community.code);
        map.fitBounds(own.map(({ extent }) => G.toBounds(extent)).flat(), { padding: [30, 30], animate: false });
      }
    } catch (problem) {
      G.say(problem.message, "fault");
    }
    return undefined;
  };

  class Finder extends G.Search {
    async find(query) {
      return (await super.find(query)).filter(({ kind }) => kind !== "manager"); // has no one place
    }

    async go(hit) {
      this.close();
      this.input.value = hit.name ?? hit.code;
      const place = hit.datum ? await G.register().lookUp(hit.lon, hit.lat, hit.datum) : hit;
      map.setView([place.lat, place.lon], Math.max(map.getZoom(), 16), { animate: false });
      await G.openAt({ lat: place.lat, lng: place.lon });
      if (G.plan.grids.has(hit.code)) G.pick(hit.code);
    }
  }

  function tabs() {
    const buttons = [...document.querySelectorAll("[role=tab]")];
    const open = (chosen) => {
      for (const tab of buttons) {
        const on = tab === chosen;
        tab.setAttribute("aria-selected", String(on));
        tab.tabIndex = on ? 0 : -1;
        byId(tab.getAttribute("aria-controls")).hidden = !on;
      }
      G.tell("tab");
    };
    buttons.forEach((tab, at) => {
      tab.addEventListener("click", () => open(tab));
      tab.addEventListener("keydown", ({ key }) => {
        const step = { ArrowRight: 1, ArrowLeft: -1 }[key];
        if (!step) return;
        const next = buttons[(at + step + buttons.length) % buttons.length];
        next.focus();
        open(next);
      });
    });
  }

  /* Sets the badge of a tab. */
  G.counted = function (tab, count, alarm = false) {
    const place = document.querySelector(`[aria-controls="tab-${tab}"] .count-badge`);
    place.textContent = count || "";
    place.classList.toggle("alarm", alarm);
  };

})(window.Gridward);
