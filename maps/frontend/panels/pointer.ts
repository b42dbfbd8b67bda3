/* Popups on click and tooltips under the pointer. */

import { listen } from "../core/events.ts";
import { button, node } from "../core/nodes.ts";
import { translate } from "../core/texts.ts";
import { type FeatureAt, featuresAt } from "../map/features_at.ts";
import { select } from "../map/levels.ts";
import { isMeasuring } from "./measure_tool.ts";
import { codeOf, contentsOf, type PopupContent, popupCard } from "./popup_cards.ts";
import { tooltipText } from "./tooltip_text.ts";

let watchedMap: L.Map | undefined;
let currentPopup: L.Popup | undefined; // or the last one

/** Opens popups and tooltips of the features of a map from now on. */
export function watchPointer(map: L.Map) {
  watchedMap = map;
  const tooltip = L.tooltip({ className: "hint", direction: "top", offset: [0, -8], opacity: 1 });
  let isWaiting = false;
  map.on("click", ({ latlng }) => press(map, latlng));
  map.getContainer().addEventListener("keydown", (event) => {
    // Enter clicks at the centre of the map
    if (event.key === "Enter" && event.target === map.getContainer()) press(map, map.getCenter());
  });
  map.on("mousemove", ({ latlng }) => {
    if (isWaiting) return;
    isWaiting = true;
    requestAnimationFrame(() => {
      isWaiting = false;
      moveTooltip(map, tooltip, latlng);
    });
  });
  map.on("mouseout movestart", () => map.closeTooltip(tooltip));
  map.on("popupopen popupclose popupgrown move moveend zoomend resize", () =>
    requestAnimationFrame(() => hideCoveringControls(map)),
  );
}

listen("grown", () => {
  currentPopup?.update();
  watchedMap?.fire("popupgrown");
});

const overlap = (a: DOMRect, b: DOMRect) =>
  a.left < b.right && a.right > b.left && a.top < b.bottom && a.bottom > b.top;

/* Hides the controls and legends that would cover the open popup. */
function hideCoveringControls(map: L.Map) {
  const popup = map.getContainer().querySelector(".leaflet-popup")?.getBoundingClientRect();
  for (const control of map.getContainer().querySelectorAll(".leaflet-control")) {
    control.classList.toggle("yields", popup !== undefined && overlap(popup, control.getBoundingClientRect()));
  }
}

function press(map: L.Map, latlng: L.LatLng) {
  if (isMeasuring()) return;
  const features = featuresAt(map, latlng);
  if (!features.length) return;
  const [first] = features;
  if (isCount(first)) map.setView(latlng, Math.min(map.getZoom() + 2, map.getMaxZoom()));
  else openPopup(map, contentsOf(features, first.layer), latlng);
}

/* Whether a feature is a number of issues, which a higher zoom shows one by one. */
const isCount = ({ layer, props }: FeatureAt) => layer === "heat" || (layer === "issues" && "cluster" in props);

/** Opens a popup at a location; with several features there it has previous and next buttons. */
export function openPopup(map: L.Map, contents: readonly PopupContent[], latlng: L.LatLngExpression, first = 0) {
  const maxHeight = Math.max(160, map.getSize().y - 80); // on a phone the content scrolls below the close button
  const popup = L.popup({ maxWidth: 320, minWidth: 220, maxHeight, autoPanPadding: [24, 24] }).setLatLng(latlng);
  const show = (index: number) => {
    const pages = contents.length > 1 ? pager(contents.length, index, show) : null;
    popup.setContent(node("div", {}, [pages, popupCard(contents[index])]));
    select(codeOf(contents[index]));
  };
  show(first);
  popup.openOn(map);
  currentPopup = popup;
  popup.getElement()?.querySelector(".leaflet-popup-close-button")?.setAttribute("aria-label", translate("close"));
}

function pager(count: number, index: number, show: (index: number) => void) {
  const stepButton = (key: string, mark: string, to: number) =>
    button(
      mark,
      (event) => {
        event.stopPropagation(); // the map would not find the removed button and treat this as a click outside
        show((to + count) % count);
      },
      { "aria-label": translate(key) },
    );
  return node("nav", { class: "pager" }, [
    stepButton("previous", "‹", index - 1),
    node("span", {}, translate("pager", { position: index + 1, count })),
    stepButton("next", "›", index + 1),
  ]);
}

function moveTooltip(map: L.Map, tooltip: L.Tooltip, latlng: L.LatLng) {
  const [feature] = isMeasuring() ? [] : featuresAt(map, latlng);
  map.getContainer().classList.toggle("over-feature", Boolean(feature));
  if (!feature) map.closeTooltip(tooltip);
  else
    tooltip
      .setLatLng(latlng)
      .setContent(node("span", {}, tooltipText(feature)))
      .openOn(map);
}
