import js from "@eslint/js";
import prettier from "eslint-config-prettier";
import vue from "eslint-plugin-vue";
import tseslint from "typescript-eslint";

export default tseslint.config(
  { ignores: ["node_modules", "src/api/schema.d.ts"] },
  js.configs.recommended,
  ...tseslint.configs.strict,
  ...vue.configs["flat/recommended"],
  {
    files: ["**/*.vue"],
    languageOptions: { parserOptions: { parser: tseslint.parser } },
  },
  {
    files: ["**/*.ts", "**/*.vue"],
    rules: {
      "no-undef": "off", // the compiler knows better
      "max-lines": ["error", { max: 200, skipBlankLines: true }],
      "vue/multi-word-component-names": "off",
      "vue/require-default-prop": "off",
      "vue/block-lang": ["error", { script: { lang: "ts" } }],
      "no-restricted-globals": [
        "error",
        { name: "fetch", message: "Only src/api/http.ts fetches." },
        { name: "WebSocket", message: "Only src/transport opens sockets." },
      ],
    },
  },
  {
    files: ["src/api/http.ts", "src/transport/socket.ts", "src/transport/bell.ts"],
    rules: { "no-restricted-globals": "off" },
  },
  { files: ["src/i18n/*.ts", "tests/**"], rules: { "max-lines": "off" } },
  prettier,
);
