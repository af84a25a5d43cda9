/** The pages, each in a bundle of its own. */

import { createRouter, createWebHistory } from "vue-router";

import { i18n } from "@/i18n";

export const router = createRouter({
  history: createWebHistory("/lowcode/"),
  scrollBehavior: (to, _, kept) => kept ?? (to.hash ? { el: to.hash } : { top: 0 }),
  routes: [
    { path: "/", redirect: { name: "upgrades" } },
    {
      path: "/upgrades",
      name: "upgrades",
      component: () => import("@/pages/UpgradesPage.vue"),
      meta: { title: "nav.upgrades" },
    },
    {
      path: "/upgrades/:id",
      name: "upgrade",
      component: () => import("@/pages/UpgradePage.vue"),
      props: true,
      meta: { title: "nav.upgrades" },
    },
    {
      path: "/models/new",
      name: "new-model",
      component: () => import("@/pages/DesignerPage.vue"),
      meta: { title: "designer.newTitle" },
    },
    {
      path: "/models",
      name: "models",
      component: () => import("@/pages/ModelsPage.vue"),
      meta: { title: "nav.models" },
    },
    {
      path: "/models/:name/design",
      name: "design",
      component: () => import("@/pages/DesignerPage.vue"),
      props: true,
      meta: { title: "nav.models" },
    },
    {
      path: "/models/:name/:tab(fields|rows|versions)?",
      name: "model",
      component: () => import("@/pages/ModelPage.vue"),
      props: true,
      meta: { title: "nav.models" },
    },
    {
      path: "/lost-values",
      name: "lost-values",
      component: () => import("@/pages/LostValuesPage.vue"),
      meta: { title: "lost.title" },
    },
    {
      path: "/backups",
      name: "backups",
      component: () => import("@/pages/BackupsPage.vue"),
      meta: { title: "nav.backups" },
    },
    {
      path: "/restorations/:id",
      name: "restoration",
      component: () => import("@/pages/RestorationPage.vue"),
      props: true,
      meta: { title: "restoration.title" },
    },
    {
      path: "/processes",
      name: "processes",
      component: () => import("@/pages/ProcessesPage.vue"),
      meta: { title: "nav.processes" },
    },
    {
      path: "/:rest(.*)*",
      name: "not-found",
      component: () => import("@/pages/NotFoundPage.vue"),
      meta: { title: "notFound.title" },
    },
  ],
});

router.afterEach((to) => {
  const { t } = i18n.global;
  const title = typeof to.meta["title"] === "string" ? `${t(to.meta["title"])} · ` : "";
  document.title = title + t("product");
});
