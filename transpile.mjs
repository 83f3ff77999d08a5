// Strips the types of src into dist, file by file, without checking them: what the demo and the tests run. `npm run build` makes what is
// published, with checks and declarations.
import { readdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = dirname(fileURLToPath(import.meta.url));

/** Files of the package: neither tests nor what only tests use.
 * @returns {string[]} */
function sources() {
  return readdirSync(join(root, "src"), { recursive: true })
    .filter((name) => name.endsWith(".ts") && !/\.(test|fixture|test-data)\.ts$/.test(name))
    .map((name) => join(root, "src", name));
}

/** Every import stays an import; a file's own are written as what they are after the build. */
const keepImports = {
  name: "keep imports",
  setup({ onResolve }) {
    onResolve({ filter: /.*/ }, ({ kind, path }) =>
      kind === "entry-point"
        ? undefined
        : { path: path.startsWith(".") ? path.replace(/\.ts$/, ".js") : path, external: true },
    );
  },
};

await build({
  entryPoints: sources(),
  outdir: join(root, "dist"),
  outbase: join(root, "src"),
  bundle: true, // so that imports are resolved; each is external, so that nothing is joined
  plugins: [keepImports],
  format: "esm",
  platform: "node",
  target: "es2023",
  sourcemap: true,
  logLevel: "warning",
});
rmSync(join(root, "dist/.tsbuildinfo"), { force: true }); // so that the next `npm run build` writes its own
