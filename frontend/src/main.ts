import "element-plus/theme-chalk/base.css";
import "element-plus/theme-chalk/dark/css-vars.css";
import "@/styles/tokens.css";
import "@/styles/element.css";
import "@/styles/base.css";

import { VueQueryPlugin } from "@tanstack/vue-query";
import { createApp } from "vue";

import App from "@/App.vue";
import { queryClient } from "@/composables/queries";
import { applyTheme } from "@/composables/theme";
import { applyLanguage, i18n } from "@/i18n";
import { router } from "@/router";

applyLanguage();
applyTheme();
createApp(App).use(i18n).use(router).use(VueQueryPlugin, { queryClient }).mount("#app");
