/**
 * Where the modules of this folder are that threads are started with. The build, which bundles into `chunks/` what is
 * imported, leaves these in `wast/`; it renames files, but not the names in strings.
 */
export function moduleBeside(name: "worker" | "gantry-host" | "validate-host"): URL {
  const { url } = import.meta;
  const folder = /\/chunks\/[^/]+$/.test(url) ? "../wast" : ".";
  return new URL(`${folder}/${name}.${url.endsWith(".ts") ? "ts" : "js"}`, url);
}
