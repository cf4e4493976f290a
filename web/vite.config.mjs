import { defineConfig } from "vite";

// Nothing is inlined: the server's Content-Security-Policy allows files of its own origin only.
export default defineConfig({
  esbuild: { jsx: "automatic", jsxImportSource: "preact", legalComments: "none" },
  build: {
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: true,
    emptyOutDir: true,
  },
  test: { include: ["src/**/*.test.ts"], environment: "node" },
});
