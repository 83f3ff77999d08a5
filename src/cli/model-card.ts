import type { PretrainResult, Rate, TwinResult } from "../pretrain/index.ts";

/** The README of published twins: what they are, how to make them again, what they can do and what not.
 * @param settings YAML text that they were trained with. */
export function modelCard({ title, data, seed, twins }: PretrainResult, settings: string): string {
  const rows = twins.map((twin) => `| \`${twin.name}\` | ${twin.description} | ${cells(twin).join(" | ")} |`);
  const unfit = twins.filter(({ damaged }) => Object.keys(damaged).length > 0);
  return `# ${title}

Two-tower models of one family (ViT and BERT, both small): the same first weights, the same ${data.train} pairs in the same order, the same
batches and steps. Only the training signal differs. Seed ${seed}; ${data.test} pairs were held out. Float16 safetensors, names as in
Hugging Face's ViT and BERT behind \`image.\` and \`text.\`; a twin that was trained on one sense has that tower only.

| folder | training signal | caption of a picture, R@10 | picture of a caption, R@10 | zero-shot place | zero-shot category | linear probe, category |
|---|---|---|---|---|---|---|
${rows.join("\n")}

Shares of right answers in per cent with 95 % intervals; in brackets chance, which takes all answers as equally frequent.

**Data.** Scenes and captions of the program's own procedural world (\`simcortex/stimuli\`). No person, no photograph and no foreign text.
**For** demonstrations and tests of encoding models. **Not for** real pictures or texts: the world has eight kinds of things in seven places.
${knowledgeOf(twins)}
**Made by** \`simcortex pretrain\` with the settings below: the same machine and threads give the same bytes, other machines the same up to rounding.${unfit.length > 0 ? " Damaged samples were left out." : ""}
**Licence** as the program's.

\`\`\`yaml
${settings.trim()}
\`\`\`
`;
}

/** What the model with true captions tells without having been taught it, by the bounds of its intervals. */
function knowledgeOf(twins: readonly TwinResult[]): string {
  const { zeroShot } = twins.find(({ name }) => name === "image-text")?.downstream ?? {};
  if (zeroShot === undefined) return "";
  const told = (["place", "category"] as const).map((name) => {
    const { low, chance } = zeroShot[name];
    if (low >= 0.8) return `tells the ${name}`;
    return low > chance
      ? `tells the ${name} better than chance, but often wrongly`
      : `is **not** shown to be better than chance at the ${name}`;
  });
  return `**Knows.** Zero-shot, \`image-text\` ${told.join(" and ")}.`;
}

function cells({ downstream: { retrieval, zeroShot, linearProbe } }: TwinResult): string[] {
  return [
    retrieval?.imageToText["R@10"],
    retrieval?.textToImage["R@10"],
    zeroShot?.place,
    zeroShot?.category,
    linearProbe?.category,
  ].map(written);
}

function written(rate: Rate | undefined): string {
  if (rate === undefined) return "–";
  const [value, low, high, chance] = [rate.value, rate.low, rate.high, rate.chance].map((x) =>
    (100 * x).toFixed(1),
  );
  return `${value} [${low}, ${high}] (${chance})`;
}
