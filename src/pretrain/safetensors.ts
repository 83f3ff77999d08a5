import type { Tensor, Tensors } from "../graph/index.ts";
import { EncodingError } from "../core/index.ts";
const names = { float32: "F32", float64: "F64", int64: "I64" } as const;
export function encodeSafetensors(tensors: Tensors, metadata: Readonly<Record<string, string>> = {}): Uint8Array {
  const header: Record<string, unknown> = { __metadata__: metadata };
  let at = 0;
  for (const [name, { type, shape, data }] of Object.entries(tensors)) {
    header[name] = { dtype: names[type as "float32"], shape, data_offsets: [at, at + data.byteLength] };
    at += data.byteLength;
  }
  const text = Buffer.from(JSON.stringify(header));
  const pad = (8 - (text.length % 8)) % 8;
  const out = new Uint8Array(8 + text.length + pad + at);
  new DataView(out.buffer).setBigUint64(0, BigInt(text.length + pad), true);
  out.set(text, 8);
  out.fill(32, 8 + text.length, 8 + text.length + pad);
  let to = 8 + text.length + pad;
  for (const { data } of Object.values(tensors)) {
    out.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), to);
    to += data.byteLength;
  }
  return out;
}
export function parseSafetensors(bytes: Uint8Array): { tensors: Record<string, Tensor>; metadata: Record<string, string> } {
  const size = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  if (size > bytes.length - 8) throw new EncodingError("format", "safetensors: cut off");
  const { __metadata__: metadata = {}, ...header } = JSON.parse(Buffer.from(bytes.subarray(8, 8 + size)).toString());
  const tensors: Record<string, Tensor> = {};
  for (const [name, info] of Object.entries(header as Record<string, { dtype: string; shape: number[]; data_offsets: [number, number] }>)) {
    const [type] = Object.entries(names).find(([, n]) => n === info.dtype) as [keyof typeof names, string];
    const part = bytes.slice(8 + size + info.data_offsets[0], 8 + size + info.data_offsets[1]).buffer;
    const data = type === "float32" ? new Float32Array(part) : type === "float64" ? new Float64Array(part) : new BigInt64Array(part);
    tensors[name] = { type, shape: info.shape, data };
  }
  return { tensors, metadata };
}
