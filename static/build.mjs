// npm run build: Sass to static/dist/*.css, and beside it every font and picture that the result names.
// Nothing else is bundled; the modules in static/js go to the browser as they stand.
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import * as sass from "sass";

const here = dirname(fileURLToPath(import.meta.url));
const modules = join(here, "../node_modules");
const uswds = join(modules, "@uswds/uswds");
const leaflet = join(modules, "leaflet/dist");
const dist = join(here, "dist");

function target(path) {
  const full = join(dist, path);
  mkdirSync(dirname(full), { recursive: true });
  return full;
}

const kilobytes = (content) => `${(content.length / 1024).toFixed(1)} KB`;

function style(name, assets) {
  const { css } = sass.compile(join(here, `scss/${name}.scss`), {
    style: "compressed",
    loadPaths: [join(uswds, "packages"), modules],
    quietDeps: true,
  });
  writeFileSync(target(`${name}.css`), css);
  for (const [, url] of css.matchAll(/url\(["']?([^"')]+)["']?\)/g)) {
    if (!url.startsWith("data:") && !url.startsWith("#")) copyFileSync(join(assets, url), target(url));
  }
  console.log(`static/dist/${name}.css: ${kilobytes(css)}, ${kilobytes(gzipSync(css))} gzipped`);
}

rmSync(dist, { recursive: true, force: true });
style("engage", join(uswds, "dist"));
style("map", leaflet);

// The source map stays behind, so the line that names it goes too: hashed names could not follow it.
const script = readFileSync(join(leaflet, "leaflet.js"), "utf8");
writeFileSync(target("leaflet.js"), script.replace(/\n\/\/# sourceMappingURL=.*/, ""));
