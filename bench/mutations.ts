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
    name: "components are fitted on all rows",
    edits: [
      [
        "study/design.ts",
        "fitPca(takeRows(stackRows(runs), train), components",
        "fitPca(stackRows(runs), components",
      ],
    ],
    tests: ["src/study/design.test.ts"],
  },
  {
    name: "alpha and layer are chosen on the rows that were learned from",
    edits: [
      [
        "study/fit-models.ts",
        "[fold] as readonly Fold[],",
        "[fold]!.map((own) => ({ ...own, test: own.train })) as readonly Fold[],",
      ],
    ],
    tests: ["src/study/fit-models.test.ts"],
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
    name: "permutations within runs ignore blocks",
    edits: [
      ["stats/block-tests.ts", "{ runLengths, block, draws, random }", "{ runLengths, draws, random }"],
      [
        "stats/block-tests.ts",
        '  checkNumber("testBlockPermutation", "block", block, { min: 1, whole: true });',
        "  const block = 1;",
      ],
    ],
    tests: ["src/stats/block-tests.test.ts"],
  },
  {
    name: "circular shifts go on from run to run",
    edits: [
      [
        "stats/block-tests.ts",
        'permute("testCircularShift", Y, P, { runLengths,',
        'permute("testCircularShift", Y, P, { runLengths: [Y.rows],',
      ],
    ],
    tests: ["src/stats/block-tests.test.ts"],
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
    name: "equivalence is tested on one side",
    edits: [["stats/equivalence.ts", "Math.max(p[k] as number, p[cols + k] as number)", "(p[k] as number)"]],
    tests: ["src/stats/equivalence.test.ts"],
  },
  {
    name: "models are called alike where only no difference was found",
    edits: [
      [
        "report/findings.ts",
        "(c) => !c.significant && c.equivalence.equivalent",
        "(c) => !c.significant && c.equivalence.equivalent !== null",
      ],
    ],
    tests: ["src/report/answer.test.ts"],
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
    name: "a control takes no space's win away",
    edits: [["report/findings.ts", "own.reaches.includes(space)", "own.reaches.length > 99"]],
    tests: ["src/report/answer.test.ts"],
  },
  {
    name: "a control takes no win of the joint model away",
    edits: [["report/findings.ts", "own.significant && own.reachesJoint", "own.reachesJoint && false"]],
    tests: ["src/report/answer.test.ts"],
  },
  {
    name: "OASM's inner folds are not like the outer ones",
    edits: [["study/plan.ts", "return others.length > 0 ? others :", "return others.length > 99 ? others :"]],
    tests: ["src/study/plan.test.ts"],
  },
  {
    name: "shifts of two models go on from run to run",
    edits: [
      [
        "stats/shift-tests.ts",
        "(d[start + i + s - length] as number)",
        "(d[(start + i + s) % d.length] as number)",
      ],
    ],
    tests: ["src/stats/shift-tests.test.ts"],
  },
  {
    name: "presentations that judge reliability are scored too",
    edits: [
      [
        "study/reliable-targets.ts",
        'asked.from === "half" ? judging : judging.map(() => []);',
        "judging.map((): number[] => []);",
      ],
    ],
    tests: ["src/study/reliable-targets.test.ts"],
  },
  {
    name: "the guard does not see where reliability was judged",
    edits: [["study/guard/describe-design.ts", "from: judged,", 'from: "outside",']],
    tests: ["src/study/reliable-targets.test.ts"],
  },
  {
    name: "a map of clusters is corrected by nothing",
    edits: [["stats/cluster-draws.ts", "if (largest >= limit)", "if (size(drawn[t] as number) >= limit)"]],
    tests: ["src/stats/cluster-draws.test.ts"],
  },
  {
    name: "a draw's R² is taken about the drawn rows' own mean",
    edits: [
      [
        "study/score-target.ts",
        "const total = at(place.yy);",
        "const total = squaresAboutMean(at(place.yy), at(place.y), at(place.n));",
      ],
    ],
    tests: ["src/study/score-person.test.ts"],
  },
];

const root = resolve(import.meta.dirname, "..");
const words = process.argv.slice(2);
const asked = mutations.filter(({ name }) => words.every((word) => name.includes(word)));
if (asked.length === 0) throw new Error(`no mutation is called ${words.join(" ")}`);
let right = 0;
const all = [
  {
    name: "nothing (all of these tests pass)",
    edits: [],
    tests: [...new Set(asked.flatMap(({ tests }) => tests))],
  },
  ...asked,
];
for (const mutation of all) {
  const failed = failuresWith(mutation);
  const wanted = failed.length > 0 === mutation.edits.length > 0;
  if (wanted) right++;
  console.log(
    `${wanted ? "ok      " : "SURVIVED"}  ${mutation.name}: ${failed[0] === undefined ? "tests pass" : `fails: ${failed[0]}`}`,
  );
}
console.log(`${right - 1} of ${asked.length} caught`);
process.exitCode = right < all.length ? 1 : 0;

/** Names of tests that fail in a copy of the code with the edits made, the first of each run: by what they expect, not because the code does not
 * load. @throws Error if a text to replace does not stand there once, or the tests do not run. */
function failuresWith({ name, edits, tests }: Mutation): string[] {
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
    const { stdout } = spawnSync("npx", ["vitest", "run", "--bail", "1", "--reporter", "json", ...tests], {
      cwd: folder,
      maxBuffer: 2 ** 26,
    });
    return failedTests(name, stdout.toString());
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Ran {
  readonly testResults: readonly {
    readonly message: string;
    readonly status: string;
    readonly assertionResults: readonly {
      readonly fullName: string;
      readonly status: string;
      readonly failureMessages: readonly string[];
    }[];
  }[];
}

function failedTests(name: string, report: string): string[] {
  const { testResults } = JSON.parse(report.slice(report.indexOf("{"))) as Ran;
  const cases = testResults.flatMap(({ assertionResults }) => assertionResults);
  const failed = cases.filter(({ status }) => status === "failed");
  const broken = [
    ...testResults
      .filter(
        ({ status, assertionResults }) =>
          status === "failed" && assertionResults.every((one) => one.status !== "failed"),
      )
      .map(({ message }) => message),
    ...failed.flatMap(({ failureMessages }) =>
      failureMessages.filter((text) => !/^(AssertionError|Error: Property failed)/.test(text)),
    ),
  ];
  if (broken[0] !== undefined || !cases.some(({ status }) => status !== "skipped" && status !== "pending"))
    throw new Error(`${name}: the tests do not run: ${broken[0] ?? "there are none"}`);
  return failed.map(({ fullName }) => fullName);
}
