/* Opens the communities that the user points at. */

import { getJson } from "../core/http.ts";
import { config } from "../core/store.ts";
import { translate } from "../core/texts.ts";
import type { LookupResult } from "../core/types.ts";
import { editor } from "./editor_state.ts";
import { toBounds } from "./geometry.ts";
import { showError, showMessage } from "./messages.ts";
import { plan } from "./plan.ts";

const EDIT_ZOOM = 15; // at a lower zoom the map zooms to a community that is opened

let map: L.Map;

/** Zooms a map to the communities that are opened from now on. */
export function openCommunitiesOn(editedMap: L.Map) {
  map = editedMap;
}

/** Opens the community at a location for editing. */
export async function openAt({ lat, lng }: { lat: number; lng: number }) {
  try {
    const { areas } = await getJson<LookupResult>(config.urls.lookup, { lon: lng, lat });
    const community = areas.find(({ level }) => level === "community");
    if (!community) {
      showMessage(translate("no_community_here"));
      return;
    }
    await plan.open(community.code);
    if (map.getZoom() < EDIT_ZOOM) zoomTo(community.code);
  } catch (error) {
    showError(error);
  }
}

/** Opens the community at a location with the tool that selects, or while none is open; otherwise says how to. */
export function openIfSelecting(latlng: { lat: number; lng: number }) {
  if (editor.tool === "look" || !plan.communities.size) return openAt(latlng);
  showMessage(translate("outside_open_communities"));
  return Promise.resolve();
}

/* Zooms to the grids of a community; without any, to its outline. */
function zoomTo(community: string) {
  const corners = plan.boxesOf(community).flatMap(toBounds);
  if (corners.length) map.fitBounds(corners, { padding: [30, 30], animate: false });
}
