/* Clicks open a popup, the pointer brings up a hint. */
"use strict";

(function (G) {
  G.watchPointer = function (map) {
    const hint = L.tooltip({ className: "hint", direction: "top", offset: [0, -8], opacity: 1 });
    let waiting = false;
    map.on("click", ({ latlng }) => press(map, latlng));
    map.on("mousemove", ({ latlng }) => {
      if (waiting) return;
      waiting = true;
      requestAnimationFrame(() => {
        waiting = false;
        follow(map, hint, latlng);
      });
    });
    map.on("mouseout movestart", () => map.closeTooltip(hint));
  };

  function press(map, latlng) {
    const [found] = G.at(map, latlng);
    if (!found) return;
    if (found.props.cluster) map.setView(latlng, Math.min(map.getZoom() + 2, map.getMaxZoom()));
    else G.show(map, found, latlng);
  }

  /* Opens the popup of a feature at a place and marks the feature. */
  G.show = function (map, found, latlng) {
    const popup = L.popup({ maxWidth: 320, minWidth: 220, autoPanPadding: [24, 24] });
    popup.setLatLng(latlng).setContent(G.facts(found)).openOn(map);
    G.select(found.props.code ?? found.props.ref);
    popup.getElement().querySelector(".leaflet-popup-close-button").setAttribute("aria-label", G.word("close"));
  };

  function follow(map, hint, latlng) {
    const [found] = G.at(map, latlng);
    map.getContainer().classList.toggle("over-feature", Boolean(found));
    if (!found) map.closeTooltip(hint);
    else hint.setLatLng(latlng).setContent(G.node("span", {}, G.hint(found))).openOn(map);
  }
})(window.Gridward);
