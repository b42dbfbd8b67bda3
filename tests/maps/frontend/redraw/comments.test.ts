import { expect, test, vi } from "vitest";
import { Comments } from "../../../../maps/frontend/redraw/comments.ts";
import { openPlan } from "../../../../maps/frontend/redraw/plan.ts";
import { FakeService, loadPlanPage } from "./fake_service.ts";

test("comments that cannot be loaded show the reason and the hint", async () => {
  const service = new FakeService();
  const message = loadPlanPage(service);
  service.fails = (_, address) => address.endsWith("/comments");
  openPlan("/v1/plans/7");
  new Comments({ replaceChildren: () => {} } as unknown as HTMLElement);
  await vi.waitFor(() => expect(message.hidden).toBe(false));
  expect(message).toMatchObject({ className: "said fault", text: "detail of database_unavailable a hint" });
});
