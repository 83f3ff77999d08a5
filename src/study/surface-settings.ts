import { z } from "zod";

const strict = z.strictObject;

/** Names of people, regions and spaces. */
export const nameSchema = z
  .string()
  .regex(/^[\p{L}\p{N}][\p{L}\p{N} _.+-]*$/u, "letters, digits, space, _ . + - only");

const hemisphere = strict({
  /** GIFTI, or FreeSurfer (lh.pial, lh.white …); coordinates in millimetres. */
  folded: z.string(),
  /** Default: as folded. */
  inflated: z.string().optional(),
  /** A flat mesh of the same vertices, or a FreeSurfer patch. */
  flat: z.string().optional(),
  /** Depth of the sulci, one number a vertex, above 0 in a sulcus; without it curvature is computed. */
  sulcus: z.string().optional(),
  /** One label a vertex: GIFTI label, FreeSurfer annotation, NPY or table. */
  labels: z.string().optional(),
});

/** A surface for the page of `simcortex publish`. Without labels the targets are the vertices, left before right. */
export const surface = strict({
  space: z.string().min(1),
  left: hemisphere.optional(),
  right: hemisphere.optional(),
  /** One label a vertex of all hemispheres, left before right, instead of their own. */
  labels: z.string().optional(),
  /** Label number, or name of a label, to region; names that are regions already need none. */
  names: z.record(z.string(), nameSchema).optional(),
  /** What a reader must know: for example, that regions are drawn as parcels that only contain them. */
  note: z.string().optional(),
}).refine((s) => s.left !== undefined || s.right !== undefined, { message: "needs left, right or both" });

/** What is passed on with a published study. */
export const card = strict({ license: z.string().min(1), attribution: z.string().min(1) });
