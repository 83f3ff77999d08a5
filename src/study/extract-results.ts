import { join } from "node:path";
import { EncodingError } from "../core/index.ts";
import { beginRows, encodeCsv, type RowDraft, writeFileAtomic } from "../io/index.ts";
import type { MeasuredLayer } from "../models/index.ts";
import type { KeptBatch } from "./extract-batches.ts";
import type { Stimulus } from "./list-stimuli.ts";
import { version } from "./version.ts";

interface Draft {
  readonly layer: MeasuredLayer;
  readonly columns: number;
  readonly file: string;
  readonly rows: RowDraft;
}

/** Collects batches into files that appear when all are there. */
export function beginActivations(out: string) {
  const drafts = new Map<string, Draft>();
  const shown: { name: string; hash: string }[] = [];
  return {
    /** Append a batch. @throws EncodingError "shape" if a layer's columns differ from batch to batch. */
    async take(
      batch: readonly Stimulus[],
      layers: readonly MeasuredLayer[],
      { rows, shown: places }: KeptBatch,
    ) {
      for (const [k, { columns, data }] of rows.entries()) {
        const layer = layers[k] as MeasuredLayer;
        const draft = drafts.get(layer.name) ?? (await begin(out, layer, columns, drafts));
        if (draft.columns !== columns)
          throw new EncodingError(
            "shape",
            `extract: "${layer.name}" has ${draft.columns} columns for the first stimuli and ${columns} for ${batch[places[0] as number]?.name}. Use --pooling mean, max, cls or last.`,
          );
        await draft.rows.append(data);
      }
      for (const place of places) {
        const { name, hash } = batch[place] as Stimulus;
        shown.push({ name, hash });
      }
    },
    /** Put the files in place, with the table of stimuli and the manifest. */
    async finish(record: Readonly<Record<string, unknown>>) {
      if (shown.length === 0)
        throw new EncodingError("file", "extract: no stimulus could be read; nothing was written.");
      const files = [...drafts.values()].map(({ layer, columns, file }) => ({
        layer: layer.name,
        file,
        columns,
      }));
      for (const { rows } of drafts.values()) await rows.finish();
      drafts.clear();
      await writeFileAtomic(
        join(out, "stimuli.csv"),
        encodeCsv([
          { name: "row", values: shown.map((_, k) => k) },
          { name: "stimulus", values: shown.map(({ name }) => name) },
          { name: "sha256", values: shown.map(({ hash }) => hash) },
        ]),
      );
      const manifest = { simcortex: version(), ...record, rows: shown.length, layers: files };
      await writeFileAtomic(join(out, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);
      return { files, stimuli: shown.length };
    },
    /** Remove what was not finished. */
    async drop() {
      for (const { rows } of drafts.values()) await rows.drop();
    },
  };
}

async function begin(
  out: string,
  layer: MeasuredLayer,
  columns: number,
  drafts: Map<string, Draft>,
): Promise<Draft> {
  const taken = new Set([...drafts.values()].map(({ file }) => file));
  const file = join(out, `${fileName(layer)}.npy`);
  const free = taken.has(file) ? join(out, `${fileName(layer)}-${layer.order}.npy`) : file;
  const draft = { layer, columns, file: free, rows: await beginRows(free, columns) };
  drafts.set(layer.name, draft);
  return draft;
}

/** A layer's name as a file's: letters that files cannot have become "_". */
function fileName({ name, order }: MeasuredLayer): string {
  const plain = name.replace(/[^A-Za-z0-9._-]+/g, "_").replace(/^[._]+|_+$/g, "");
  return plain === "" ? `layer-${order}` : plain.slice(0, 120);
}
