/* What tests, the benchmark and the browser's console may read of a map page. */

export { coordinates } from "../core/coordinates.ts";
export { isShown } from "../core/issue_filter.ts";
export { project } from "../core/packed_features.ts";
export { config, mapStyle, state } from "../core/store.ts";
export { layerAt } from "../map/compare.ts";
export { featuresAt } from "../map/features_at.ts";
export { inView } from "../map/features_in_view.ts";
export { withFigures } from "../map/figures.ts";
export { shiftedCells, toGcj02 } from "../map/gcj02.ts";
export { layers } from "../map/layer_registry.ts";
export { whenDrawn } from "../map/layers.ts";
export { clusterCache, tileCache } from "../map/tile_sources.ts";
export { openPopup } from "../panels/pointer.ts";
