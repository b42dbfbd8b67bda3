/* Publishing, discarding, and resolving conflicts with changes by others. */

import { cityTimestamp } from "../core/city_time.ts";
import { newKey, Problem } from "../core/http.ts";
import { node } from "../core/nodes.ts";
import { config } from "../core/store.ts";
import { formatMoment, translate } from "../core/texts.ts";
import { labelledField, paragraph, showDialog } from "./dialog.ts";
import { chooseTool } from "./editor_state.ts";
import { showError, showMessage } from "./messages.ts";
import { attempt, isVersionConflict, showOutdated } from "./operations.ts";
import { plan } from "./plan.ts";
import type { DroppedStep, Revision } from "./plan_types.ts";
import { restrictTime } from "./scheduled_revisions.ts";
import { stepText } from "./step_text.ts";

/** Asks for the title and when the plan comes into force, and publishes it. */
export async function publishPlan() {
  const titleField = node("input", { type: "text", maxlength: "200", required: true, value: plan.json.title });
  const timeField = node("input", { type: "datetime-local" });
  const reasons = node("div");
  restrictTime(timeField, reasons);
  const errors = plan.findings.filter((finding) => finding.is_error).length;
  const chosen = await showDialog(
    translate("publish_plan"),
    [
      errors ? node("p", { class: "fault" }, translate("publish_blocked", { count: errors })) : null,
      reasons,
      labelledField(translate("publish_title"), titleField),
      labelledField(translate("publish_at", { zone: config.timezone }), timeField),
    ],
    ["publish"],
  );
  const title = titleField.value.trim();
  if (!chosen || !title) return;
  const effectiveAt = timeField.value ? cityTimestamp(timeField.value) : undefined;
  await publish(title, effectiveAt, idempotencyKey(plan.version));
}

let lastKey: { version: number; key: string } | null = null;

/* Returns one idempotency key per plan version: a retry after a lost response publishes once. */
function idempotencyKey(version: number) {
  if (lastKey?.version !== version) lastKey = { version, key: newKey() };
  return lastKey.key;
}

async function publish(title: string, effectiveAt: string | undefined, key: string) {
  try {
    await showPublished(await plan.publish(title, effectiveAt, key));
  } catch (error) {
    if (error instanceof Problem && error.code === "plan_outdated") await offerRebase(error);
    else if (isVersionConflict(error)) await offerReload();
    else showError(error);
  }
}

/* Says that the plan is published, also if it cannot be loaded again. */
async function showPublished({ number, effective_at: effectiveAt }: Revision) {
  const values = { number, day: formatMoment(effectiveAt) };
  chooseTool("look");
  try {
    await plan.load();
    showMessage(translate("published_as", values), "done");
  } catch (error) {
    showOutdated("published_not_loaded", error, values);
  }
}

/* Another revision changed a community of the plan: offers to reapply the steps. */
async function offerRebase(problem: Problem) {
  const chosen = await showDialog(
    translate("plan_outdated"),
    [paragraph(problem.message), paragraph(translate("outdated_offer"))],
    ["rebase"],
  );
  if (!chosen) return;
  const rebased = await attempt(() => plan.rebase());
  if (!rebased) return;
  try {
    await plan.reloadInForce();
  } catch (error) {
    showOutdated("saved_not_loaded", error);
  }
  await showDropped(rebased.dropped);
}

async function showDropped(dropped: DroppedStep[]) {
  if (!dropped.length) {
    showMessage(translate("all_steps_reapplied"), "done");
    return;
  }
  const items = dropped.map(({ number, body, reason }) =>
    node("li", {}, [node("b", {}, `${number}. ${stepText(body)}`), node("p", {}, reason)]),
  );
  await showDialog(
    translate("steps_dropped_title"),
    [paragraph(translate("steps_dropped", { count: dropped.length })), node("ul", { class: "dropped" }, items)],
    ["continue"],
  );
}

/** The plan was changed in another tab or by another person: offers to load it and repeat the step. */
export async function offerReload<Result>(repeat?: () => Promise<Result>): Promise<Result | undefined> {
  const stepCount = plan.json.operations.length;
  const chosen = await showDialog(
    translate("plan_changed"),
    [paragraph(translate("plan_changed_explained"))],
    repeat ? ["reload", "reload_repeat"] : ["reload"],
  );
  if (!chosen) return undefined;
  try {
    await plan.load();
  } catch (error) {
    showError(error);
    return undefined;
  }
  const newSteps = plan.json.operations.slice(stepCount).map(({ body, author }) => `${stepText(body)} (${author})`);
  if (repeat && chosen === "reload_repeat") return attempt(repeat);
  showMessage(newSteps.length ? translate("steps_added", { steps: newSteps.join(", ") }) : "", "done");
  return undefined;
}

/** Asks for confirmation, and discards the plan. */
export async function discardPlan() {
  if (await showDialog(translate("discard_plan"), [paragraph(translate("discard_explained"))], ["discard"])) {
    await attempt(() => plan.discard());
    chooseTool("look");
  }
}
