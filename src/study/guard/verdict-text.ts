import type { Verdict } from "./examine.ts";
import { nameRows } from "./finding.ts";

const marks = { kept: "ok", unseen: "–", refused: "REFUSED", overridden: "overridden" } as const;
const width = 100;

/** The verdicts as a table for people: one line a rule, under it what was found, why it matters, what repairs and what overrides it. */
export function verdictText(verdicts: readonly Verdict[]): string {
  const longest = Math.max(...verdicts.map(({ rule }) => rule.length));
  const mark = Math.max(...verdicts.map(({ state }) => marks[state].length));
  const lines = verdicts.flatMap(({ rule, state, keeps, note, findings }) => [
    `${marks[state].padEnd(mark)}  ${rule.padEnd(longest)}  ${keeps}`.trimEnd(),
    ...(note === "" ? [] : fold(`not looked at: ${note}`, mark + longest + 4)),
    ...findings.flatMap((finding) => [
      ...fold(`found: ${finding.what}`, mark + 2),
      ...fold(`rows: ${finding.rows.length} (${nameRows(finding.rows, 6)})`, mark + 2),
      ...fold(`why: ${finding.why}`, mark + 2),
      ...fold(`repair: ${finding.repair}`, mark + 2),
      ...fold(`override: allow: [${finding.rule}]`, mark + 2),
    ]),
  ]);
  return `${lines.join("\n")}\n\n${summary(verdicts)}\n`;
}

function summary(verdicts: readonly Verdict[]): string {
  const count = (state: Verdict["state"]) => verdicts.filter((own) => own.state === state).length;
  const [kept, refused, overridden, unseen] = (["kept", "refused", "overridden", "unseen"] as const).map(
    count,
  );
  return `${verdicts.length} rules: ${kept} kept, ${refused} refused, ${overridden} overridden, ${unseen} not looked at.`;
}

/** Break a line at spaces; the rest hangs under its start. */
function fold(text: string, indent: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && indent + line.length + 1 + word.length > width) {
      lines.push(line);
      line = `  ${word}`;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line].map((own) => " ".repeat(indent) + own);
}
