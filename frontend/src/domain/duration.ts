/** Durations, as short as they can be told. */

const WORDS = {
  zh: { h: " 小时", min: " 分", s: " 秒", ms: " 毫秒" },
  en: { h: " h", min: " min", s: " s", ms: " ms" },
} as const;

/** "340 ms", "1.2 s", "3 min 20 s", "2 h 5 min"; in Chinese where the tag says so. */
export function compactDuration(ms: number, tag: string): string {
  const words = WORDS[tag.startsWith("zh") ? "zh" : "en"];
  if (ms < 1000) return `${Math.max(0, Math.round(ms))}${words.ms}`;
  if (ms < 10_000) return `${(ms / 1000).toFixed(1)}${words.s}`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds}${words.s}`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}${words.min} ${seconds % 60}${words.s}`;
  return `${Math.floor(minutes / 60)}${words.h} ${minutes % 60}${words.min}`;
}
