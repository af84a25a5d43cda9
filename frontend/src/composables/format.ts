/** Numbers, times and sizes as the reader's language writes them. */

import { computed, type ComputedRef } from "vue";
import { useI18n } from "vue-i18n";

import { compactDuration } from "@/domain/duration";

export interface Format {
  /** "1,234". */
  number(value: number): string;
  /** "1.2 MB". */
  bytes(value: number): string;
  /** "21 Nov, 10:08:19". */
  moment(at: number): string;
  /** "10:08:19.101". */
  clock(at: number): string;
  /** "3 minutes ago". */
  ago(at: number, now: number): string;
  /** "1.2 s", "3 min 20 s". */
  duration(ms: number): string;
}

export function useFormat(): ComputedRef<Format> {
  const { locale } = useI18n();
  return computed(() => formatOf(locale.value === "zh" ? "zh-CN" : "en-GB"));
}

const UNITS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
];

function formatOf(tag: string): Format {
  const number = new Intl.NumberFormat(tag);
  const size = new Intl.NumberFormat(tag, { maximumFractionDigits: 1 });
  const moment = new Intl.DateTimeFormat(tag, {
    month: "short",
    day: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hour12: false,
  });
  const clock = new Intl.DateTimeFormat("en-GB", {
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    fractionalSecondDigits: 3,
    hour12: false,
  });
  const relative = new Intl.RelativeTimeFormat(tag, { numeric: "auto" });
  return {
    number: (value) => number.format(value),
    bytes: (value) => bytesIn(size, value),
    moment: (at) => moment.format(at),
    clock: (at) => clock.format(at),
    ago(at, now) {
      const past = Math.max(0, now - at);
      const unit = UNITS.find(([, length]) => past >= length);
      if (unit) return relative.format(-Math.floor(past / unit[1]), unit[0]);
      return relative.format(-Math.floor(past / 1000), "second");
    },
    duration: (ms) => compactDuration(ms, tag),
  };
}

function bytesIn(format: Intl.NumberFormat, value: number): string {
  const units = ["B", "KB", "MB", "GB", "TB"];
  const power = value < 1000 ? 0 : Math.min(Math.floor(Math.log10(value) / 3), units.length - 1);
  return `${format.format(value / 1000 ** power)} ${units[power]}`;
}
