/** Imports go down only; rooms in one row never import each other (docs/decisions/001-the-house.md). */
const rows = [
  ["cli"],
  ["server"], // which a command starts
  ["study"],
  ["report", "simulator", "engine"],
  ["encoding", "pretrain"],
  ["features", "models", "stats", "brain"],
  ["linalg", "stimuli"],
  ["graph", "io"],
  ["core"],
];
const room = (names) => `^src/(${names.join("|")})(/|\\.ts$)`;
const forbidden = rows.flatMap((row, i) => {
  const above = rows.slice(0, i).flat();
  const rules = row
    .filter(() => row.length > 1)
    .map((name) => ({
      name: `${name}-not-sideways`,
      comment: `rooms in one row never import each other`,
      severity: "error",
      from: { path: room([name]), pathNot: "\\.test\\.ts$" },
      to: { path: room(row.filter((other) => other !== name)) },
    }));
  if (above.length > 0)
    rules.push({
      name: `${row.join("-")}-not-up`,
      comment: `imports go down only`,
      severity: "error",
      from: { path: room(row), pathNot: "\\.test\\.ts$" },
      to: { path: room(above) },
    });
  return rules;
});
module.exports = {
  forbidden: [
    ...forbidden,
    { name: "no-circular", severity: "error", from: {}, to: { circular: true } },
    {
      name: "pure-rooms-touch-no-files",
      comment: "core, graph, features, encoding, stats and simulator run in a browser too",
      severity: "error",
      from: {
        path: room(["core", "graph", "features", "encoding", "stats", "simulator"]),
        pathNot: "(\\.test|/worker|/session)\\.ts$",
      },
      to: { dependencyTypes: ["core"] },
    },
    { name: "no-unresolvable", severity: "error", from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "require", "node", "default", "types"],
    },
  },
};
