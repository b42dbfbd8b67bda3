/* Popup contents of buildings, grids, areas and issues, made of text nodes only. */

import { isFiltered } from "../core/building_filter.ts";
import { serviceClient } from "../core/data_client.ts";
import { emit } from "../core/events.ts";
import { node } from "../core/nodes.ts";
import { config, isCovered } from "../core/store.ts";
import {
  displayName,
  formatDay,
  formatMoment,
  formatNumber,
  formatPercent,
  translate,
  translateValue,
} from "../core/texts.ts";
import type { AreaProps, BuildingProps, Datum, IssueProps, LookupResult, SearchHit } from "../core/types.ts";
import type { FeatureAt } from "../map/features_at.ts";
import { nameOf } from "../map/features_in_view.ts";
import { coverageHistory } from "./coverage_history.ts";

/** The lookup result of coordinates of a datum. */
export interface PlaceProps extends LookupResult {
  datum: Datum;
}

/** A neighborhood or manager, with the number of its buildings. */
export type GroupProps = Pick<SearchHit, "code" | "name" | "buildings">;

/* Clusters and the heat map have no popups. */
type MapContent = Exclude<FeatureAt, { layer: "heat" | "issues" }> | { layer: "issues"; props: IssueProps };

const hasPopup = (feature: FeatureAt): feature is MapContent =>
  feature.layer !== "heat" && !("cluster" in feature.props);

/** What a popup shows: a feature of the map or a search result. */
export type PopupContent =
  | MapContent
  | { layer: "place"; props: PlaceProps }
  | { layer: "neighborhood" | "manager"; props: GroupProps };

/** A label, by its key, and a value; without a value it is left out. */
type Fact = readonly [key: string, value: string | number | null | undefined];

const nameOrCode = (code: string | null | undefined) => (code ? (nameOf(code) ?? code) : null);

const factList = (facts: readonly Fact[]) =>
  node(
    "dl",
    {},
    facts
      .filter(([, value]) => value != null && value !== "")
      .map(([key, value]) => node("div", {}, [node("dt", {}, translate(key)), node("dd", {}, String(value))])),
  );

const card = (
  title: string | null | undefined,
  kind: string,
  badge: HTMLElement | null,
  facts: readonly Fact[],
  more: HTMLElement | null = null,
) =>
  node("article", { class: `facts facts-${kind}` }, [
    node("p", { class: "facts-kind" }, translate(kind)),
    node("h2", {}, title),
    badge,
    factList(facts),
    more,
  ]);

const badge = (kind: string, text: string) => node("p", { class: `badge badge-${kind}` }, text);

function coverageBadge(building: BuildingProps) {
  if (isCovered(building)) return badge("covered", translate("covered"));
  const { reason, uncovered_since: since } = building;
  if (reason !== "lapsed") return badge("never_covered", translate("never_covered"));
  return badge("lapsed", since ? translate("lapsed_since", { day: formatDay(since) }) : translate("lapsed"));
}

const buildingFacts = (building: BuildingProps): Fact[] => [
  ["manager", building.manager],
  ["manager_kind", building.manager_kind && translateValue("manager", building.manager_kind)],
  ["covered_since", isCovered(building) ? formatDay(building.covered_since) : null],
  ["address", building.name ? building.address : null],
  ["neighborhood", building.neighborhood],
  ["community", building.community ?? nameOrCode(building.community_code)],
  ["households", building.households && formatNumber(building.households)],
  ["floors", building.floors],
  ["built_year", building.built_year],
  ["use", building.use && translateValue("use", building.use)],
  ["grid", building.grid_code],
  ["code", building.code],
];

function buildingCard(props: BuildingProps) {
  const history = coverageHistory(props.code);
  const box = card(displayName(props), "building", coverageBadge(props), buildingFacts(props), history);
  if (config.service) {
    serviceClient()
      .building(props.code)
      .then(
        (more) => complete(box, { ...props, ...more }),
        () => {}, // the card keeps the attributes of the tile
      );
  }
  return box;
}

/* Fills in the attributes that tiles do not have, once the service returns them. */
function complete(box: HTMLElement, building: BuildingProps) {
  box.querySelector(".badge")?.replaceWith(coverageBadge(building));
  box.querySelector("dl")?.replaceWith(factList(buildingFacts(building)));
  emit("grown");
}

const format = (value: number | null | undefined, write: (value: number) => string) =>
  value == null ? null : write(value);

const figureFacts = (props: AreaProps): Fact[] => [
  [isFiltered() ? "buildings_filtered" : "buildings", format(props.buildings, formatNumber)],
  ["uncovered", format(props.uncovered, formatNumber)],
  ["rate", format(props.rate, formatPercent)],
  ["households", format(props.households, formatNumber)],
];

const gridCard = (props: AreaProps) =>
  card(displayName(props), "grid", null, [
    ["code", props.code],
    ["community", props.community ?? nameOrCode(props.community_code)],
    ...figureFacts(props),
  ]);

const areaCard = (props: AreaProps) =>
  card(displayName(props), props.level ?? "", null, [...figureFacts(props), ["code", props.code]]);

const issueFacts = (issue: IssueProps): Fact[] => [
  ["description", issue.description],
  ["reported_at", formatMoment(issue.reported_at)],
  ["channel", issue.channel && translateValue("channel", issue.channel)],
  ["grid_when_reported", issue.grid_code],
  ["current_grid", issue.current_grid_code === issue.grid_code ? null : issue.current_grid_code],
  ["ref", issue.ref],
];

function issueCard(props: IssueProps) {
  const status = badge(props.status, translateValue("status", props.status));
  const box = card(translateValue("category", props.category), "issue", status, issueFacts(props));
  const isOfLowZoom = props.grid_code === undefined && props.description === undefined; // its tile has less
  if (config.service && isOfLowZoom) {
    serviceClient()
      .issue(props.ref)
      .then(
        (more) => {
          box.querySelector("dl")?.replaceWith(factList(issueFacts({ ...props, ...more })));
          emit("grown");
        },
        () => {}, // the card keeps the attributes of the tile
      );
  }
  return box;
}

/* The lookup result of coordinates entered in the search box. */
const placeCard = ({ lon, lat, datum, grid, areas }: PlaceProps) =>
  card(grid ? (grid.name ?? grid.code) : translate("outside_all_grids"), "place", null, [
    ["wgs84", `${lon.toFixed(6)}, ${lat.toFixed(6)}`],
    ["entered_datum", datum === "wgs84" ? null : translateValue("datum", datum)],
    ["grid", grid?.code],
    ...areas.filter(({ level }) => level !== "city").map(({ level, name, code }): Fact => [level, name ?? code]),
  ]);

/* A search result that is a group of buildings. */
const groupCard = (kind: string, { name, code, buildings }: GroupProps) =>
  card(name, kind, null, [
    ["buildings", formatNumber(buildings)],
    ["code", code],
  ]);

/** Returns those of the features at a location that are of a layer, without clusters. */
export const contentsOf = (features: readonly FeatureAt[], layer: string | undefined): MapContent[] =>
  features.filter(hasPopup).filter((feature) => feature.layer === layer);

/** Returns the code of a feature, or the reference of an issue; null for coordinates. */
export function codeOf({ props }: PopupContent): string | null {
  if ("code" in props) return props.code;
  return "ref" in props ? props.ref : null;
}

/** Returns the content of a popup. */
export function popupCard({ layer, props }: PopupContent): HTMLElement {
  switch (layer) {
    case "buildings":
      return buildingCard(props);
    case "grids":
      return gridCard(props);
    case "areas":
      return areaCard(props);
    case "issues":
      return issueCard(props);
    case "place":
      return placeCard(props);
    case "neighborhood":
      return groupCard("neighborhood", props);
    case "manager":
      return groupCard("property_manager", props);
  }
}
