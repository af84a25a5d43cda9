/** The language of the dashboard: the browser's at first, the reader's once chosen. */

import { createI18n } from "vue-i18n";

import { en } from "@/i18n/en";
import { type Messages, zh } from "@/i18n/zh";

export type Language = "zh" | "en";

const KEY = "lowcode.language";

export const i18n = createI18n<[Messages], Language, false>({
  legacy: false,
  locale: firstLanguage(),
  fallbackLocale: "en",
  messages: { zh, en },
});

export function languageTag(language: Language): string {
  return language === "zh" ? "zh-hans" : "en";
}

/** Change the language; it is kept, and told to the server, whose sentences follow it. */
export function setLanguage(language: Language): void {
  i18n.global.locale.value = language;
  localStorage.setItem(KEY, language);
  apply(language);
}

export function applyLanguage(): void {
  apply(i18n.global.locale.value);
}

function apply(language: Language): void {
  document.documentElement.lang = language === "zh" ? "zh-Hans" : "en";
  // A socket sends no header of ours; Django reads this cookie for both, REST and sockets.
  document.cookie = `django_language=${languageTag(language)}; path=/; max-age=31536000; samesite=lax`;
}

function firstLanguage(): Language {
  const kept = localStorage.getItem(KEY);
  if (kept === "zh" || kept === "en") return kept;
  return navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en";
}
