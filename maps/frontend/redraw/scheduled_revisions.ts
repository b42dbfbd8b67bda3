/* The revisions that come into force later in the communities of a plan: the plan can only follow them. */

import { cityLocalTime } from "../core/city_time.ts";
import { getJson } from "../core/http.ts";
import { fill, node } from "../core/nodes.ts";
import { config } from "../core/store.ts";
import { formatMoment, translate } from "../core/texts.ts";
import { errorText } from "./messages.ts";
import { plan } from "./plan.ts";
import type { Revision } from "./plan_types.ts";

/** A revision that changes a community later. */
export interface ScheduledRevision {
  community: string;
  revision: Revision;
}

/** Returns the revisions of communities that are not in force yet, the last one first. */
export async function scheduledRevisions(
  communities: readonly string[],
  now = Date.now(),
): Promise<ScheduledRevision[]> {
  const pages = await Promise.all(
    communities.map(async (community) => {
      const { revisions } = await getJson<{ revisions: Revision[] }>(config.urls.revisions, { area: community });
      return revisions.map((revision) => ({ community, revision }));
    }),
  );
  return pages
    .flat()
    .filter(({ revision }) => beginOf(revision) > now)
    .sort((a, b) => beginOf(b.revision) - beginOf(a.revision));
}

const beginOf = ({ effective_at: effectiveAt }: Revision) => Date.parse(effectiveAt);

/** Returns the first full minute after all scheduled revisions, as a time in the city; "" without any. */
export function earliestTime([last]: readonly ScheduledRevision[]): string {
  if (!last) return "";
  return cityLocalTime(Math.floor(beginOf(last.revision) / 60_000 + 1) * 60_000);
}

/** Restricts a field for a time in the city to moments after the scheduled revisions, and says why in an element. */
export async function restrictTime(field: HTMLInputElement, reasons: HTMLElement) {
  try {
    const scheduled = await scheduledRevisions(plan.json.communities);
    field.min = earliestTime(scheduled);
    field.value ||= field.min;
    field.required = scheduled.length > 0;
    fill(reasons, scheduled.map(explanation));
  } catch (error) {
    fill(reasons, node("p", { class: "fault" }, translate("schedule_not_loaded", { reason: errorText(error) })));
  }
}

const explanation = ({
  community,
  revision: { number, title, author, effective_at: effectiveAt },
}: ScheduledRevision) =>
  node(
    "p",
    { class: "scheduled" },
    translate("scheduled_revision", {
      name: plan.communityNames.get(community) ?? community,
      number,
      title: [title, author].filter(Boolean).join(", "),
      day: formatMoment(effectiveAt),
    }),
  );
