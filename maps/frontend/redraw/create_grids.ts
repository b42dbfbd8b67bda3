/* Creates the grids of a community that has none. */

import { button, node } from "../core/nodes.ts";
import { formatNumber, translate } from "../core/texts.ts";
import { labelledField, paragraph, showDialog } from "./dialog.ts";
import { applyOperation } from "./operations.ts";
import { plan } from "./plan.ts";

const MOST_GRIDS = 999; // a grid's number has three digits
const TARGET_HOUSEHOLDS = 300; // a customary size, proposed until the user changes it

/** The buildings of a community, as far as they decide how many grids it can have. */
interface Stock {
  buildings: number;
  households: number;
}

/** Returns how many grids of about so many households a community has: at least one, at most one a building. */
export function gridCount({ buildings, households }: Stock, target: number) {
  return Math.max(1, Math.min(MOST_GRIDS, buildings, Math.round(households / Math.max(target, 1))));
}

/** Returns what the table of grids shows for a community without grids: how to create them, or why that is impossible. */
export function emptyCommunity(community: string): Node[] {
  const contents = stockOf(community);
  const explanation = (key: string) => node("p", { class: "empty" }, translate(key));
  if (!plan.outlines.get(community)) return [explanation("no_outline")];
  return [
    explanation("no_grids"),
    contents.buildings ? null : explanation("no_buildings"),
    plan.mayChange(community)
      ? button(translate("create_grids"), () => createGrids(community, contents), { class: "first" })
      : null,
  ].filter((part) => part !== null);
}

function stockOf(community: string): Stock {
  const buildings = plan.buildingsOf(community);
  const households = buildings.reduce((sum, building) => sum + (building.households ?? 0), 0);
  return { buildings: buildings.length, households };
}

async function createGrids(community: string, contents: Stock) {
  const [countField, targetField] = linkedFields(contents);
  const chosen = await showDialog(
    translate("create_grids_in", { name: plan.communityNames.get(community) ?? community }),
    [
      paragraph(translate("community_contents", formatted(contents))),
      labelledField(translate("grid_count", { most: formatNumber(Number(countField.max)) }), countField),
      contents.households ? labelledField(translate("target_households"), targetField) : null,
    ],
    ["create_grids"],
  );
  if (chosen) await applyOperation({ kind: "create", community, count: countField.valueAsNumber });
}

const formatted = ({ buildings, households }: Stock) => ({
  buildings: formatNumber(buildings),
  households: formatNumber(households),
});

/* Returns the fields for the number of grids and the households of each; a change of one updates the other. */
function linkedFields(contents: Stock) {
  const most = Math.max(1, Math.min(MOST_GRIDS, contents.buildings));
  const field = (max: number | null, value: number) =>
    node("input", { type: "number", min: "1", max, required: true, value });
  const perGrid = (count: number) => Math.max(1, Math.round(contents.households / Math.max(count, 1)));
  const count = gridCount(contents, TARGET_HOUSEHOLDS);
  const countField = field(most, count);
  const targetField = field(null, perGrid(count));
  countField.addEventListener("input", () => {
    targetField.value = String(perGrid(countField.valueAsNumber || 1));
  });
  targetField.addEventListener("input", () => {
    countField.value = String(gridCount(contents, targetField.valueAsNumber || 1));
  });
  return [countField, targetField] as const;
}
