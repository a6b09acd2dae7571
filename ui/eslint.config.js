// What a change to the screens is held against before a person reads it.
import hooks from "eslint-plugin-react-hooks";
import tseslint from "typescript-eslint";
import plant from "./dev/rules/plant-rules.mjs";

export default tseslint.config(
  { ignores: ["node_modules", "dist"] },
  {
    files: ["src/**/*.{ts,tsx}"],
    extends: [tseslint.configs.strict],
    plugins: { plant, "react-hooks": hooks },
    rules: {
      "plant/no-bare-strings": "error",
      "plant/no-stray-colours": "error",
      "react-hooks/rules-of-hooks": "error",
      "react-hooks/exhaustive-deps": "error",
      "max-lines": ["error", { max: 400 }],
      "max-lines-per-function": ["error", { max: 60, skipBlankLines: true, skipComments: true }],
      "max-depth": ["error", 3],
      "max-params": ["error", 3],
      "no-console": "error",
      "no-eval": "error",
      "no-restricted-imports": ["error", { paths: [{ name: "@mantine/core", importNames: ["Modal"], message: "Use Dialog of @/design/dialog: it gives the focus back when it is drawn only while open." }] }],
      "@typescript-eslint/no-non-null-assertion": "error",
    },
  },
  { files: ["src/design/dialog.tsx"], rules: { "no-restricted-imports": "off" } },
  { files: ["src/**/*.test.{ts,tsx}"], rules: { "plant/no-bare-strings": "off", "plant/no-stray-colours": "off", "max-lines-per-function": "off" } },
);
