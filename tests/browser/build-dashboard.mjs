// Builds Medusa's own Admin dashboard (admin-ui) as static files, once, for any backend:
//     node build-dashboard.mjs OUTPUT-FOLDER
// The backend's address is only known when a test runs, so the files carry a placeholder that conftest.py
// replaces while it serves them.
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";

const BACKEND_PLACEHOLDER = "http://backend.invalid";

const output = process.argv[2];
if (!output) {
  console.error("usage: node build-dashboard.mjs OUTPUT-FOLDER");
  process.exit(2);
}

// admin-ui's ES module build uses __dirname, which only CommonJS has.
const { build } = createRequire(import.meta.url)("@medusajs/admin-ui");

const appDir = path.dirname(fileURLToPath(import.meta.url));
const { stats } = await build({
  appDir,
  buildDir: path.relative(appDir, path.resolve(output)),
  plugins: [],
  options: { path: "/", backend: BACKEND_PLACEHOLDER },
  reporting: "minimal",
});

// admin-ui only prints webpack's errors and then reports success: without this, a broken build would be served.
if (stats.hasErrors()) {
  process.exit(1);
}
