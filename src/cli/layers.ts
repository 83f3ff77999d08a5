import { isFloat, type MeasuredLayer, selectLayers } from "../models/index.ts";
import { listMeasured } from "../study/extract-files.ts";

/** `simcortex layers model.onnx`: a table of the layers that can be tapped. */
export async function runLayers(
  model: string,
  { layers: words, all = false, json = false }: { layers?: readonly string[]; all?: boolean; json?: boolean },
): Promise<void> {
  const measured = await listMeasured(model);
  const asked = words === undefined ? measured : selectLayers(measured, splitWords(words));
  const shown = asked.filter((layer) => all || words !== undefined || isFloat(layer));
  if (json) {
    process.stdout.write(`${JSON.stringify({ model, layers: shown })}\n`);
    return;
  }
  const rest = asked.length - shown.length;
  const more = rest > 0 ? `\n(and ${rest} of integers or truth values; --all shows them)` : "";
  process.stdout.write(`${formatTable(shown)}\n${shown.length} layers${more}\n`);
}

/** Patterns that were typed with commas between them. */
export function splitWords(words: readonly string[]): string[] {
  return words.flatMap((word) => word.split(",")).filter((word) => word !== "");
}

function formatTable(layers: readonly MeasuredLayer[]): string {
  const rows = layers.map((layer) => [
    `#${layer.order}`,
    layer.name,
    layer.node === layer.name ? "" : layer.node,
    layer.op,
    layer.shape === null ? "unknown" : layer.shape.join(" × ") || "1",
    layer.sizes === null ? "?" : String(layer.sizes.reduce((a, b) => a * b, 1)),
    layer.type === "float32" ? "" : (layer.type ?? "?"),
  ]);
  const table = [["", "layer", "node", "operator", "shape", "numbers", ""], ...rows];
  const widths = table[0]?.map((_, k) => Math.max(...table.map((row) => (row[k] as string).length))) ?? [];
  const right = [0, 5];
  const line = (row: readonly string[]) =>
    row
      .map((cell, k) =>
        right.includes(k) ? cell.padStart(widths[k] as number) : cell.padEnd(widths[k] as number),
      )
      .join("  ")
      .trimEnd();
  return table.map(line).join("\n");
}
