/* Texts, numbers and dates in the page's language. */

import { config, locale } from "./store.ts";

/** What a placeholder of a text may be replaced with. */
export type TextValue = string | number | null | undefined;

/** Returns the text of a key with its placeholders filled in; the key itself where no text has it. */
export function translate(key: string, values: Record<string, TextValue> = {}): string {
  const text = config.texts[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/** Returns the text of a value of a fixed list, or the value itself. */
export const translateValue = (family: string, value: string | number | boolean | null | undefined): string =>
  config.texts[`${family}.${value}`] ?? String(value ?? "");

/** Returns the message of what a promise or a call threw. */
export const errorMessage = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Returns the message that data could not be loaded, with the reason. */
export const loadFailed = (error: unknown): string => translate("load_failed", { reason: errorMessage(error) });

/** What the name of a row or feature is made of. */
export interface Named {
  code?: string;
  name?: string | null;
  name_en?: string | null;
  address?: string | null;
  community_code?: string | null;
  /** Only grids and areas have this count. */
  buildings?: number | null;
}

/** Returns the name of a row or feature in the page's language. */
export function displayName(props: Named & { code: string }): string;
export function displayName(props: Named): string | undefined;
export function displayName(props: Named): string | undefined {
  const { name, name_en, address, code, community_code } = props;
  if (config.language !== "en") return name || address || code;
  if (name_en) return name_en;
  if (props.buildings != null && community_code && code != null)
    return `${translate("grid")} ${code.slice(community_code.length)}`;
  return name || address || code;
}

/** Returns a number with the separators of the language; a dash without one. */
export const formatNumber = (value: number | null | undefined): string =>
  value == null ? "–" : new Intl.NumberFormat(locale).format(value);

/** Returns a difference with its sign; a dash without one. */
export const formatDifference = (value: number | null | undefined): string =>
  value == null ? "–" : new Intl.NumberFormat(locale, { signDisplay: "exceptZero" }).format(value);

/** Returns a share between 0 and 1 as a percentage; a dash without one. */
export function formatPercent(rate: number | null | undefined): string {
  if (rate == null) return "–";
  return new Intl.NumberFormat(locale, {
    style: "percent",
    minimumFractionDigits: 1,
    maximumFractionDigits: 1,
  }).format(rate);
}

/* Formats a date; an invalid date stays as it is. */
const formatted = (moment: Date, format: Intl.DateTimeFormatOptions, text: string): string =>
  Number.isNaN(moment.getTime()) ? text : new Intl.DateTimeFormat(locale, format).format(moment);

/** Returns a day of medium length; "" without one. */
export function formatDay(text: string | null | undefined): string {
  if (!text) return "";
  const [year, month, day] = text.slice(0, 10).split("-").map(Number);
  return formatted(new Date(Date.UTC(year, month - 1, day)), { dateStyle: "medium", timeZone: "UTC" }, text);
}

/* PostgreSQL writes "2024-05-01 08:00:00+08"; browsers read "2024-05-01T08:00:00+08:00". */
const parseTimestamp = (text: string): Date => new Date(text.replace(" ", "T").replace(/([+-]\d\d)$/, "$1:00"));

/** Returns the ISO date of a timestamp in the city's time zone. */
export function isoDay(text: string): string {
  const moment = parseTimestamp(text);
  if (Number.isNaN(moment.getTime())) return text.slice(0, 10);
  return new Intl.DateTimeFormat("sv-SE", { timeZone: config.timezone }).format(moment);
}

/** Returns a day in words. */
export const formatLongDay = (text: string): string =>
  formatted(new Date(`${text}T00:00:00Z`), { dateStyle: "long", timeZone: "UTC" }, text);

/** Returns the month of a day with its year. */
export const formatMonth = (day: string): string =>
  formatted(new Date(`${day}T00:00:00Z`), { year: "numeric", month: "short", timeZone: "UTC" }, day);

/** Returns a day, or a timestamp with its time in the city; "" without one. */
export function formatMoment(text: string | null | undefined): string {
  if (!text) return "";
  if (text.length <= 10) return formatDay(text);
  const format = { dateStyle: "medium", timeStyle: "short", timeZone: config.timezone } as const;
  return formatted(parseTimestamp(text), format, text);
}
