import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

/** Break the rules of method one by one in a copy of the code, and see that a test fails each time.
 *
 *     npx tsx bench/mutations.ts [words of the names] */
interface Mutation {
  readonly name: string;
  /** File under src, text that stands there once, and what takes its place. */
  readonly edits: readonly (readonly [string, string, string])[];
  readonly tests: readonly string[];
}

const mutations: readonly Mutation[] = [
  {
    name: "the gap between training and held-out samples is dropped",
    edits: [
      [
        "encoding/folds.ts",
        "for (let d = -gap; d <= gap; d++) if (foldOf",
        "for (let d = 0; d <= 0; d++) if (foldOf",
      ],
    ],
    tests: ["src/study/plan.test.ts", "src/encoding/encoding.test.ts"],
  },
  {
    name: "the guard no longer asks for a gap",
    edits: [
      ["study/guard/short-gap.ts", "if (rows.length === 0) return [];", "if (rows.length >= 0) return [];"],
    ],
    tests: ["src/study/guard/guard.test.ts"],
  },
  {
    name: "held-out rows are standardised by themselves",
    edits: [
      [
        "study/design.ts",
        "return { train: takeRows(X, train), test: takeRows(X, test), bands };",
        "const own = takeRows(X, test); return { train: takeRows(X, train), test: applyScaler(own, fitScaler(own)), bands };",
      ],
    ],
    tests: ["src/study/design.test.ts"],
  },
  {
    name: "features are scaled on all rows",
    edits: [
      ["study/design.ts", "fitScaler(takeRows(stackRows(doubles), train))", "fitScaler(stackRows(doubles))"],
    ],
    tests: ["src/study/design.test.ts"],
  },
  {
    name: "the layer is chosen on held-out responses",
    edits: [
      [
        "study/fit-models.ts",
        "        Y: takeRows(",
        "        held: takeRows(sideBySide(own), folds[fold].test),\n        Y: takeRows(",
      ],
      [
        "study/fit-model.ts",
        "scores: bestScores(fit),",
        "scores: correlate(input.held, await predict(fit, design.test, linalg)),",
      ],
      [
        "study/fit-model.ts",
        "import { buildDesign }",
        'import { correlate } from "../stats/index.ts";\nimport { buildDesign }',
      ],
    ],
    tests: ["src/study/fit-models.test.ts"],
  },
  {
    name: "blocks ignore runs, groups and length",
    edits: [
      [
        "study/score-study.ts",
        "  const joined = (k: number) =>",
        "  if (rows.length > 0) return { blocks: Int32Array.from(rows.keys()), count: rows.length };\n  const joined = (k: number) =>",
      ],
    ],
    tests: ["src/study/plan.test.ts"],
  },
  {
    name: "the paired test exchanges single samples",
    edits: [
      ["stats/blocks.ts", "Math.max(1, Math.floor(length / block))", "length"],
      ["stats/blocks.ts", "Math.min(here - 1, Math.floor(i / block))", "i"],
    ],
    tests: ["src/stats/blocks.test.ts", "src/stats/block-tests.test.ts"],
  },
  {
    name: "delays leak from run to run",
    edits: [
      [
        "study/design.ts",
        "stackRows(delayRuns(scaled, delays))",
        "stackRows(delayRuns([stackRows(scaled)], delays))",
      ],
    ],
    tests: ["src/study/design.test.ts"],
  },
  {
    name: "permuted pairs may keep their own block",
    edits: [["study/controls/permute-rows.ts", ".cycle(blocks.length)", ".permutation(blocks.length)"]],
    tests: ["src/study/controls.test.ts"],
  },
  {
    name: "a control takes no win away",
    edits: [
      [
        "report/answer-lead.ts",
        "jointTakenBy(result, region).length > 0",
        "jointTakenBy(result, region).length > 99",
      ],
    ],
    tests: ["src/study/controls.test.ts"],
  },
  {
    name: "OASM's inner folds are not like the outer ones",
    edits: [["study/plan.ts", "return others.length > 0 ? others :", "return others.length > 99 ? others :"]],
    tests: ["src/study/plan.test.ts"],
  },
];

const root = resolve(import.meta.dirname, "..");
const words = process.argv.slice(2);
const asked = mutations.filter(({ name }) => words.every((word) => name.includes(word)));
if (asked.length === 0) throw new Error(`no mutation is called ${words.join(" ")}`);
let survived = 0;
for (const mutation of [
  {
    name: "nothing (all of these tests pass)",
    edits: [],
    tests: [...new Set(asked.flatMap(({ tests }) => tests))],
  },
  ...asked,
]) {
  const failed = failsWith(mutation);
  const right = failed === mutation.edits.length > 0;
  if (!right) survived++;
  console.log(
    `${right ? "ok      " : "SURVIVED"}  ${mutation.name}: ${failed ? "a test fails" : "tests pass"} (${mutation.tests.map((file) => file.replace(/^src\//, "")).join(", ")})`,
  );
}
process.exitCode = survived > 0 ? 1 : 0;

/** Whether a test fails in a copy of the code with the edits made. @throws Error if a text to replace does not stand there once. */
function failsWith({ name, edits, tests }: Mutation): boolean {
  const folder = mkdtempSync(join(tmpdir(), "simcortex-mutation-"));
  try {
    for (const part of ["src", "examples", "package.json", "tsconfig.json"])
      cpSync(join(root, part), join(folder, part), { recursive: true });
    for (const part of ["node_modules", "models"]) symlinkSync(join(root, part), join(folder, part));
    writeFileSync(
      join(folder, "vitest.config.js"),
      "export default { test: { include: ['src/**/*.test.ts'], testTimeout: 120000 } };\n",
    );
    for (const [file, from, to] of edits) {
      const path = join(folder, "src", file);
      const text = readFileSync(path, "utf8");
      if (text.split(from).length !== 2)
        throw new Error(`${name}: "${from}" does not stand once in src/${file}.`);
      writeFileSync(
        path,
        text.replace(from, () => to),
      );
    }
    const { status, stdout } = spawnSync("npx", ["vitest", "run", "--bail", "1", ...tests], {
      cwd: folder,
      stdio: "pipe",
    });
    if (status !== 0 && edits.length === 0) console.log(stdout.toString().slice(-4000));
    return status !== 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
