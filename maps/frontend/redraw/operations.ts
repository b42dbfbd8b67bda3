/* Runs the operations of the tools: checks locks, shows progress and errors, and resolves version conflicts. */

import { emit } from "../core/events.ts";
import { Problem } from "../core/http.ts";
import { button } from "../core/nodes.ts";
import { type TextValue, translate } from "../core/texts.ts";
import { editor, shortCode } from "./editor_state.ts";
import { errorText, showError, showMessage } from "./messages.ts";
import { plan } from "./plan.ts";
import type { Operation, PlanPreview } from "./plan_types.ts";

const SLOW_MS = 700; // milliseconds without a response before a progress message is shown

/** Applies an operation unless it changes a locked grid; returns undefined, and shows the reason, if it is refused. */
export async function applyOperation(
  operation: Operation,
  grids: readonly string[] = [],
): Promise<PlanPreview | undefined> {
  const locked = grids.find((code) => editor.locked.has(code));
  if (locked) {
    showMessage(translate("grid_locked", { grid: shortCode(locked) }), "fault");
    return undefined;
  }
  return attempt(() => plan.apply(operation));
}

type ConflictResolver = <Result>(repeat: () => Promise<Result>) => Promise<Result | undefined>;

let resolveConflict: ConflictResolver = async () => undefined;

/** Calls a function with the refused operation whenever another person changed the plan. */
export function onConflict(resolve: ConflictResolver) {
  resolveConflict = resolve;
}

/** Whether a request was refused because the plan has a newer version. */
export const isVersionConflict = (error: unknown) =>
  error instanceof Problem && (error.status === 412 || error.code === "plan_changed");

/** Runs an operation and shows errors; on a version conflict opens the conflict dialog. */
export async function attempt<Result>(run: () => Promise<Result>): Promise<Result | undefined> {
  if (!plan.isOpen) {
    showMessage(translate("plan_read_only"), "fault");
    return undefined;
  }
  const slow = setTimeout(() => showMessage(translate("calculating"), "working"), SLOW_MS);
  try {
    document.body.classList.add("busy");
    const result = await run();
    if (plan.loadError) showOutdated("saved_not_loaded", plan.loadError);
    else showMessage("");
    return result;
  } catch (error) {
    showMessage("");
    if (!(error instanceof Problem)) throw error;
    if (isVersionConflict(error)) return resolveConflict(run);
    showError(error);
    emit("refused");
    return undefined;
  } finally {
    clearTimeout(slow);
    document.body.classList.remove("busy");
  }
}

/** Says that a change succeeded although the page could not load its result, and offers to load it. */
export function showOutdated(text: string, error: unknown, values: Record<string, TextValue> = {}) {
  const message = translate(text, { reason: errorText(error), ...values });
  showMessage(message, "fault", button(translate("reload"), reloadPlan));
}

/** Loads the plan again; shows the reason if that fails. */
export async function reloadPlan() {
  try {
    await plan.load();
    showMessage("");
  } catch (error) {
    showMessage(errorText(error), "fault", button(translate("reload"), reloadPlan));
  }
}
