import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { parseSettings } from "./read-settings.ts";
import { studySchema } from "./settings.ts";

interface Node {
  readonly properties?: Readonly<Record<string, Node>>;
  readonly additionalProperties?: Node | boolean;
  readonly items?: Node;
  readonly anyOf?: readonly Node[];
  readonly oneOf?: readonly Node[];
  readonly required?: readonly string[];
  readonly default?: unknown;
  readonly enum?: readonly string[];
}

/** Every key of the schema with what the guide must say of its default, in order, once. */
function listKeys(node: Node, path = ""): [string, string][] {
  const inside = [...(node.anyOf ?? []), ...(node.oneOf ?? []), ...(node.items ? [node.items] : [])].flatMap(
    (one) => listKeys(one, path),
  );
  const own = Object.entries(node.properties ?? {}).flatMap(([key, child]): [string, string][] => {
    const at = path === "" ? key : `${path}.${key}`;
    const optional = child.default === undefined ? "–" : JSON.stringify(child.default);
    return [[at, node.required?.includes(key) ? "required" : optional], ...listKeys(child, at)];
  });
  const any = node.additionalProperties;
  return [...inside, ...own, ...(typeof any === "object" ? listKeys(any, `${path}.*`) : [])];
}

const schema = z.toJSONSchema(studySchema, { io: "input", unrepresentable: "any", reused: "inline" }) as Node;
const guide = readFileSync("docs/guide.md", "utf8");

describe("docs/guide.md", () => {
  const rows = [...guide.matchAll(/^\| `([^`]+)` \| (.+?) \| (.+) \|$/gm)].map(([, key, preset, what]) => ({
    key,
    preset,
    what,
  }));
  it("lists every setting of the schema with its default, and no other", () => {
    const wanted = new Map(listKeys(schema));
    expect(wanted.size).toBeGreaterThan(80);
    expect(new Map(rows.map(({ key, preset }) => [key, preset]))).toEqual(wanted);
    expect(rows).toHaveLength(wanted.size);
  });
  it("names the legal values of every choice", () => {
    const choices = (node: Node, path = ""): [string, readonly string[]][] => [
      ...[...(node.anyOf ?? []), ...(node.items ? [node.items] : [])].flatMap((one) => choices(one, path)),
      ...(node.enum ? [[path, node.enum] as [string, readonly string[]]] : []),
      ...Object.entries(node.properties ?? {}).flatMap(([key, child]) =>
        choices(child, path === "" ? key : `${path}.${key}`),
      ),
      ...(typeof node.additionalProperties === "object"
        ? choices(node.additionalProperties, `${path}.*`)
        : []),
    ];
    const found = choices(schema);
    expect(found.length).toBeGreaterThan(8);
    for (const [key, values] of found) {
      const what = rows.find((row) => row.key === key)?.what ?? "";
      if (!what.startsWith("as `"))
        for (const value of values) expect(`${key}: ${what}`).toContain(`\`${value}\``);
    }
  });
  it("shows studies that the program accepts", () => {
    const [series, stimuli, parts, margin, models] = [...guide.matchAll(/```yaml\n([\s\S]*?)```/g)].map(
      ([, text]) => text as string,
    );
    expect(parseSettings(series as string).runs).toHaveLength(2);
    expect(parseSettings(`title: t\nquestion: q\n${stimuli}`).compare).toEqual([["model", "its twin"]]);
    const example = readFileSync("examples/parts/study.yaml", "utf8");
    for (const line of `${parts}${margin}`.trim().split("\n")) expect(example).toContain(`${line}\n`);
    const added = `${(series as string).replace(/^delays.*$/m, "")}\n${models}`; // the models of the guide in its first study
    expect(Object.keys(parseSettings(added).models ?? {})).toEqual([
      "multimodal",
      "unimodal",
      "permuted captions",
      "untrained",
    ]);
  });
});
