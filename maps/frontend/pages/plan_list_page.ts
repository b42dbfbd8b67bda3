/* The list of plans, and the form that creates one. */

import { getJson, type Link, Problem, postJson } from "../core/http.ts";
import { button, byId, fill, node } from "../core/nodes.ts";
import { config, load } from "../core/store.ts";
import { errorMessage, formatMoment, formatNumber, translate, translateValue } from "../core/texts.ts";
import { isCoordinator } from "../redraw/permissions.ts";

/* A plan as the list shows it. */
interface ListedPlan {
  id: number;
  title: string;
  status: string;
  author: string;
  communities: string[];
  changed_at: string;
  revision: number | null;
}

interface PlanPage {
  plans: ListedPlan[];
  links?: Link[];
}

const pageOf = (id: number): string => `${config.urls.page}/${id}${location.search}`;

/** Starts the page. */
export function open(): void {
  load();
  const form = byId("begin");
  form.hidden = !isCoordinator();
  const title = form.querySelector("input")!; // maps/templates/plans.html
  form.addEventListener("submit", (event) => createPlan(event, title));
  readPlans();
}

async function createPlan(event: SubmitEvent, title: HTMLInputElement): Promise<void> {
  event.preventDefault();
  try {
    const plan = await postJson<ListedPlan>(config.urls.plans, { title: title.value.trim() });
    location.assign(pageOf(plan.id));
  } catch (error) {
    const hint = error instanceof Problem ? error.hint : null;
    showMessage([errorMessage(error), hint].filter(Boolean).join(" "));
  }
}

async function readPlans(address = config.urls.plans): Promise<void> {
  try {
    const { plans, links = [] } = await getJson<PlanPage>(address);
    const body = byId("plans");
    body.append(...plans.map(row));
    byId("no-plans").hidden = body.children.length > 0;
    fill(byId("more"), moreButton(links));
  } catch (error) {
    showMessage(errorMessage(error));
  }
  document.documentElement.dataset.ready = "true";
}

/* Returns a button that reads the next page of the list; nothing on the last page. */
function moreButton(links: Link[]): HTMLElement | null {
  const next = links.find(({ rel }) => rel === "next")?.href;
  if (!next) return null;
  const { pathname, search } = new URL(next, location.href); // behind a proxy the link may have another host
  return button(translate("more_plans"), () => readPlans(pathname + search));
}

function row({ id, title, status, author, communities, changed_at: changed, revision }: ListedPlan): HTMLElement {
  const state = translateValue("plan", status) + (revision ? ` · ${translate("revision", { number: revision })}` : "");
  return node("tr", {}, [
    node("th", { scope: "row" }, node("a", { href: pageOf(id) }, title)),
    node("td", {}, node("span", { class: `tag plan-${status}` }, state)),
    node("td", {}, author),
    node("td", { class: "n" }, formatNumber(communities.length)),
    node("td", {}, formatMoment(changed)),
  ]);
}

function showMessage(text: string): void {
  const element = byId("said");
  element.hidden = false;
  element.textContent = text;
}
