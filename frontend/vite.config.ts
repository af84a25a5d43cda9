import { fileURLToPath } from "node:url";

import vue from "@vitejs/plugin-vue";
import { ElementPlusResolver } from "unplugin-vue-components/resolvers";
import components from "unplugin-vue-components/vite";
import { defineConfig } from "vitest/config";

const SITE = process.env.SITE ?? "http://127.0.0.1:8000";

export default defineConfig(({ command }) => ({
  // Django serves the page at /lowcode/, and leads it to wherever the site's static files are.
  base: command === "build" ? "./" : "/lowcode/",
  plugins: [
    vue(),
    components({
      dirs: [],
      dts: false,
      resolvers: [ElementPlusResolver({ importStyle: "css" })],
    }),
  ],
  resolve: { alias: { "@": fileURLToPath(new URL("src", import.meta.url)) } },
  build: {
    outDir: "../lowcode_async/static/lowcode_async",
    emptyOutDir: true,
    manifest: "manifest.json",
    target: "es2022",
  },
  server: {
    proxy: {
      "/lowcode/api": { target: SITE, changeOrigin: true, headers: { Origin: SITE } },
      "/ws": { target: SITE, ws: true, changeOrigin: true, headers: { Origin: SITE } },
    },
  },
  test: {
    environment: "happy-dom",
    include: ["tests/**/*.test.ts"],
    server: { deps: { inline: ["element-plus"] } },
  },
}));
