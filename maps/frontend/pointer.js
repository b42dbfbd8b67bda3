/* Popups on click and tooltips under the pointer. */
"use strict";

(function (G) {
  let watched; // the map

  G.watchPointer = function (map) {
    watched = map;
    const hint = L.tooltip({ className: "hint", direction: "top", offset: [0, -8], opacity: 1 });
    let waiting = false;
    map.on("click", ({ latlng }) => press(map, latlng));
    map.getContainer().addEventListener("keydown", (event) => { // Enter clicks at the centre of the map
      if (event.key === "Enter" && event.target === map.getContainer()) press(map, map.getCenter());
    });
    map.on("mousemove", ({ latlng }) => {
      if (waiting) return;
      waiting = true;
      requestAnimationFrame(() => {
        waiting = false;
        follow(map, hint, latlng);
      });
    });
    map.on("mouseout movestart", () => map.closeTooltip(hint));
    map.on("popupopen popupclose popupgrown move moveend zoomend resize", () => requestAnimationFrame(() => clearPopup(map)));
  };

  let shown; // the current or last popup

  G.on("grown", () => {
    shown?.update();
    watched?.fire("popupgrown");
  });

  const overlap = (a, b) => a.left < b.right && a.right > b.left && a.top < b.bottom && a.bottom > b.top;

  /* Hides the controls and legends that would cover the open popup. */
  function clearPopup(map) {
    const popup = map.getContainer().querySelector(".leaflet-popup")?.getBoundingClientRect();
    for (const control of map.getContainer().querySelectorAll(".leaflet-control")) {
      control.classList.toggle("yields", Boolean(popup) && overlap(popup, control.getBoundingClientRect()));
    }
  }

  function press(map, latlng) {
    const found = G.at(map, latlng);
    if (!found.length) return;
    if (found[0].props.cluster || found[0].props.heat) map.setView(latlng, Math.min(map.getZoom() + 2, map.getMaxZoom()));
    else G.show(map, found.filter(({ layer }) => layer === found[0].layer), latlng);
  }

  /* Opens a popup at a location; with several features there it has previous and next buttons. */
  G.show = function (map, found, latlng, first = 0) {
    const maxHeight = Math.max(160, map.getSize().y - 80); // on a phone the content scrolls below the close button
    const popup = L.popup({ maxWidth: 320, minWidth: 220, maxHeight, autoPanPadding: [24, 24] }).setLatLng(latlng);
    const turn = (at) => {
      popup.setContent(G.node("div", {}, [found.length > 1 ? pager(found.length, at, turn) : null, G.facts(found[at])]));
      G.select(found[at].props.code ?? found[at].props.ref ?? null);
    };
    turn(first);
    popup.openOn(map);
    shown = popup;
    popup.getElement().querySelector(".leaflet-popup-close-button").setAttribute("aria-label", G.word("close"));
  };

  function pager(count, at, turn) {
    const step = (word, mark, to) => G.button(mark, (event) => {
      event.stopPropagation(); // the map would not find the removed button and treat this as a click outside
      turn((to + count) % count);
    }, { "aria-label": G.word(word) });
    return G.node("nav", { class: "pager" }, [
      step("previous", "‹", at - 1),
      G.node("span", {}, G.word("pager", { position: at + 1, count })),
      step("next", "›", at + 1),
    ]);
  }

  function follow(map, hint, latlng) {
    const [found] = G.at(map, latlng);
    map.getContainer().classList.toggle("over-feature", Boolean(found));
    if (!found) map.closeTooltip(hint);
    else hint.setLatLng(latlng).setContent(G.node("span", {}, G.hint(found))).openOn(map);
  }
})(window.Gridward);
