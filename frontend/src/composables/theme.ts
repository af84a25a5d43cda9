/** Light or dark: the system's, unless the reader has chosen. */

import { ref, watchEffect } from "vue";

export type Theme = "auto" | "light" | "dark";

const KEY = "lowcode.theme";
const system = matchMedia("(prefers-color-scheme: dark)");
const systemIsDark = ref(system.matches);
system.addEventListener("change", ({ matches }) => (systemIsDark.value = matches));

export const theme = ref<Theme>(kept());

export function setTheme(chosen: Theme): void {
  theme.value = chosen;
  localStorage.setItem(KEY, chosen);
}

/** Keep the page in the theme; to be called once. */
export function applyTheme(): void {
  watchEffect(() => {
    const dark = theme.value === "dark" || (theme.value === "auto" && systemIsDark.value);
    document.documentElement.classList.toggle("dark", dark);
  });
}

function kept(): Theme {
  const value = localStorage.getItem(KEY);
  return value === "light" || value === "dark" ? value : "auto";
}
