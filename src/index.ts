/** simcortex: fit foundation models to fMRI and learn, region by region, which one simulates the brain better. Each room is a
 * sub-path: `simcortex/encoding`, `simcortex/stats` …; this entry holds the names that every program needs.
 * @module simcortex */
export * from "./core/index.ts";
