/* Tells the findings that a plan makes from those about the grids in force, and orders them. */

import type { Finding } from "./plan_types.ts";

/** A finding; `isNew` if the plan made it, or made it worse. */
export interface RankedFinding extends Finding {
  isNew: boolean;
}

/** Returns findings with the errors first, then the new ones, compared with the findings without the plan. */
export function rankFindings(findings: readonly Finding[], earlier: readonly Finding[]): RankedFinding[] {
  const sizes = new Map(earlier.map((finding) => [findingKey(finding), finding.size]));
  return findings
    .map((finding) => ({ ...finding, isNew: isWorse(finding, sizes.get(findingKey(finding))) }))
    .sort((a, b) => Number(b.is_error) - Number(a.is_error) || Number(b.isNew) - Number(a.isNew));
}

/** What findings can be sorted by; `severity` is the order of `rankFindings`. */
export const FINDING_ORDERS = ["severity", "grid", "kind", "size"] as const;

/** An order of findings. */
export type FindingOrder = (typeof FINDING_ORDERS)[number];

/** Returns ranked findings in an order; by size the largest figure of a kind comes first. */
export function sortFindings(findings: readonly RankedFinding[], order: FindingOrder): RankedFinding[] {
  const byKind = (a: Finding, b: Finding) => a.kind.localeCompare(b.kind) || a.unit.localeCompare(b.unit);
  const compare: Record<FindingOrder, (a: Finding, b: Finding) => number> = {
    severity: () => 0,
    grid: (a, b) => gridsOf(a).localeCompare(gridsOf(b)),
    kind: byKind,
    size: (a, b) => byKind(a, b) || b.size - a.size,
  };
  return [...findings].sort(compare[order]);
}

const gridsOf = ({ codes }: Finding) => codes.join(" ");

const findingKey = ({ kind, codes, unit, limit }: Finding) => JSON.stringify([kind, codes, unit, limit]);

const WORSE_IF_SMALLER = new Set(["grid_too_small", "grid_long_thin"]);

const isWorse = ({ kind, size }: Finding, before: number | undefined) =>
  before === undefined || (WORSE_IF_SMALLER.has(kind) ? size < before : size > before);
