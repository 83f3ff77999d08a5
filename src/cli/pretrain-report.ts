import type { PretrainResult } from "../pretrain/index.ts";
export async function writePretrainReport(_path: string, _result: PretrainResult): Promise<void> {}
