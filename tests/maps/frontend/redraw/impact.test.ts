import { beforeEach, expect, test, vi } from "vitest";
import { emit } from "../../../../maps/frontend/core/events.ts";
import { Impact } from "../../../../maps/frontend/redraw/impact.ts";
import { openPlan, plan } from "../../../../maps/frontend/redraw/plan.ts";
import { FakeService, loadPlanPage } from "./fake_service.ts";

type Respond = (response: Response) => void;

const responses: Respond[] = [];
const shown = { hidden: false, texts: [] as string[], children: { length: 1 } };

/* One panel for all tests: its listeners stay. */
const element = {
  get hidden() {
    return shown.hidden;
  },
  children: shown.children,
  replaceChildren: (...parts: { text?: string }[]) => shown.texts.push(parts.map(({ text }) => text).join(" ")),
};
new Impact(element as unknown as HTMLElement);

beforeEach(async () => {
  const service = new FakeService();
  service.plan = { ...service.plan, communities: [] };
  loadPlanPage(service, { no_changes: "No changes" });
  openPlan("/v1/plans/7");
  shown.hidden = true;
  await plan.load();
  Object.assign(shown, { hidden: false, texts: [] });
  responses.length = 0;
  vi.stubGlobal("fetch", () => new Promise<Response>((resolve) => responses.push(resolve)));
});

const figures = () => Response.json({ total: {}, moves: [], distribution_before: null, distribution_after: null });
const failure = () => Response.json({ detail: "The query failed.", hint: "Try again." }, { status: 503 });
const afterResponses = () => new Promise((resolve) => setTimeout(resolve, 5));

test("an outdated request that fails changes nothing", async () => {
  emit("plan");
  emit("plan");
  responses[1](figures());
  await afterResponses();
  expect(shown.texts).toEqual(["No changes"]);
  responses[0](failure());
  await afterResponses();
  expect(shown.texts).toEqual(["No changes"]);
});

test("the last request that fails shows the reason and the hint", async () => {
  emit("plan");
  responses[0](failure());
  await afterResponses();
  expect(shown.texts).toEqual(["The query failed. Try again."]);
});

test("figures are removed once the plan changes while their tab is closed", () => {
  shown.hidden = true;
  emit("plan");
  expect(shown.texts).toEqual([""]);
  expect(responses).toEqual([]);
});
