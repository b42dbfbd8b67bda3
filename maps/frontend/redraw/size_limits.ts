/* The size limits that the findings use, by open community, and the dialog that sets them. */

import { serviceClient } from "../core/data_client.ts";
import { listen } from "../core/events.ts";
import { getJson, postJson } from "../core/http.ts";
import { button, fill, node } from "../core/nodes.ts";
import { config } from "../core/store.ts";
import { displayName, translate } from "../core/texts.ts";
import type { AreaProps } from "../core/types.ts";
import { labelledField, paragraph, showDialog } from "./dialog.ts";
import { limitsOf, limitText, type SizeLimits } from "./limit_ranges.ts";
import { errorText, showError, showMessage } from "./messages.ts";
import { showOutdated } from "./operations.ts";
import { isCoordinator, isInReach } from "./permissions.ts";
import { plan } from "./plan.ts";

const BOUNDS = ["least_buildings", "most_buildings", "least_households", "most_households"] as const;
const LARGEST = 1_000_000; // that the service accepts

/** Lists the limits of the open communities. */
export class LimitList {
  readonly #element: HTMLElement;
  #limits: SizeLimits[] = [];
  #error: unknown = null;
  /* By community, the areas around it, from the community up. */
  readonly #areas = new Map<string, AreaProps[]>();

  constructor(element: HTMLElement) {
    this.#element = element;
    listen("plan", () => this.#loadAreas());
    this.#load();
  }

  async #load() {
    try {
      this.#limits = await getJson<SizeLimits[]>(config.urls.limits);
      this.#error = null;
    } catch (error) {
      this.#error = error;
    }
    await this.#loadAreas();
  }

  /* Loads the names of the areas around communities that were opened since. */
  async #loadAreas() {
    this.#draw();
    const unnamed = [...plan.communities].filter((code) => !this.#areas.has(code));
    if (!unnamed.length) return;
    try {
      await Promise.all(unnamed.map(async (code) => this.#areas.set(code, await areasAround(code))));
    } catch (error) {
      this.#error = error;
    }
    this.#draw();
  }

  #draw() {
    if (this.#error) {
      fill(
        this.#element,
        node("p", { class: "fault" }, translate("limits_not_loaded", { reason: errorText(this.#error) })),
      );
      return;
    }
    fill(
      this.#element,
      [...plan.communities].sort().map((community) => this.#entry(community)),
    );
  }

  #entry(community: string) {
    const limits = limitsOf(this.#limits, community);
    const areas = this.#areas.get(community) ?? [];
    const source = areas.find(({ code }) => code === limits?.area_code);
    const choices = areas.filter(({ code }) => isInReach(code));
    return node("p", { class: "limits" }, [
      node("b", {}, translate("limits_of", { name: plan.communityNames.get(community) ?? community })),
      node("span", {}, limitText(limits)),
      limits
        ? node(
            "span",
            { class: "source" },
            translate("limits_set_for", { area: source ? displayName(source) : limits.area_code }),
          )
        : null,
      isCoordinator() && choices.length
        ? button(translate("change_limits"), () => this.#change(choices), { class: "small" })
        : null,
    ]);
  }

  async #change(areas: readonly AreaProps[]) {
    const chosen = await chooseLimits(areas, this.#limits);
    if (!chosen) return;
    const { area_code: area, ...body } = chosen;
    try {
      await postJson(`${config.urls.limits}?area=${encodeURIComponent(area)}`, body);
    } catch (error) {
      showError(error);
      return;
    }
    try {
      await Promise.all([this.#load(), plan.reloadFindings()]);
      showMessage("");
    } catch (error) {
      showOutdated("saved_not_loaded", error);
    }
  }
}

/* Returns a community and the areas above it, from the community up. */
async function areasAround(community: string): Promise<AreaProps[]> {
  const areas: AreaProps[] = [];
  for (let code: string | null | undefined = community; code; code = areas.at(-1)?.parent_code)
    areas.push(await serviceClient().area(code));
  return areas;
}

/* Returns an area and its limits as chosen in a dialog; null if that is cancelled. */
async function chooseLimits(areas: readonly AreaProps[], limits: readonly SizeLimits[]): Promise<SizeLimits | null> {
  const area = node(
    "select",
    {},
    areas.map((option) => node("option", { value: option.code }, `${displayName(option)} (${option.code})`)),
  );
  const fields = BOUNDS.map((bound) => {
    const field = node("input", { type: "number", min: "0", max: LARGEST });
    return { bound, field };
  });
  const showLimits = () => {
    const current = limits.find(({ area_code: code }) => code === area.value) ?? limitsOf(limits, area.value);
    for (const { bound, field } of fields) field.value = String(current?.[bound] ?? "");
  };
  area.addEventListener("change", showLimits);
  showLimits();
  const content = [
    paragraph(translate("limits_explained")),
    labelledField(translate("limits_area"), area),
    node(
      "div",
      { class: "field-pairs" },
      fields.map(({ bound, field }) => labelledField(translate(`limit.${bound}`), field)),
    ),
  ];
  if (!(await showDialog(translate("set_limits"), content, ["save_limits"]))) return null;
  const bounds = fields.map(({ bound, field }) => [bound, field.value ? field.valueAsNumber : null]);
  return { area_code: area.value, ...Object.fromEntries(bounds) };
}
