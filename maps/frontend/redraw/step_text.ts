/* Describes the steps of a plan in the page's language. */

import { translate, translateValue } from "../core/texts.ts";
import { shortCode } from "./editor_state.ts";
import { plan } from "./plan.ts";
import type { Operation } from "./plan_types.ts";

/** Describes a step: its kind and the grids or buildings that it changes. */
export function stepText(operation: Operation): string {
  const kind = translateValue("step", operation.kind);
  switch (operation.kind) {
    case "transfer":
      return translate("step_transfer", { count: operation.buildings.length, grid: shortCode(operation.to) });
    case "create":
      return translate("step_create", {
        count: operation.count,
        name: plan.communityNames.get(operation.community) ?? operation.community,
      });
    case "rename":
      return `${kind} ${shortCode(operation.code)}: ${operation.name}`;
    case "move_border":
    case "merge":
      return `${kind} ${operation.codes.map(shortCode).join(" + ")}`;
    case "split":
    case "restore":
      return `${kind} ${shortCode(operation.code)}`;
    default:
      return `${kind} ${operation.community}`;
  }
}
