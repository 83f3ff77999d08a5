import { z } from "zod";

/** Targets that are left out because they do not respond reliably, judged on data that no score uses. */
export const reliability = z
  .strictObject({
    /** Explainable variance of a single presentation that a target needs; of a file, the least value in it. */
    minimum: z.number().min(0).max(1),
    /** What is judged: repeats of the training runs; every second presentation of the held-out runs, which then no score uses; all presentations of the
     * held-out runs (the guard refuses it); or a file. */
    from: z.enum(["training", "half", "test", "file"]),
    /** One number a target; may hold {participant}. */
    file: z.string().min(1).optional(),
    dataset: z.string().optional(),
    /** Rows that the file was computed from. */
    rows: z.enum(["outside", "training", "all", "test"]).optional(),
  })
  .refine((s) => s.from !== "file" || (s.file !== undefined && s.rows !== undefined), {
    message: "from: file needs `file`, and `rows` that it was computed from (outside, training, all or test)",
  })
  .refine(
    (s) => s.from === "file" || (s.file === undefined && s.rows === undefined && s.dataset === undefined),
    {
      message: "file, dataset and rows belong to from: file",
    },
  );
