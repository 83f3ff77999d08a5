import { z } from "zod";

/** What was shown, and what is made of films, as the YAML file writes it. */
const strict = z.strictObject;

/** Stimuli of one sense: a table a run, one row a stimulus. */
const shown = strict({
  /** Columns: onset and duration in seconds (time series; in `stimulus-rows` one row a sample), and the stimulus. May hold {run}. */
  file: z.string().min(1),
  /** Column of the stimulus: by default `file` of pictures (paths start from the table's folder), `text` of sentences. */
  column: z.string().optional(),
});

/** Films: files, folders of numbered frames, or arrays. */
const films = strict({
  ...shown.shape,
  /** Frames a second of folders and arrays, which do not say it; other films are read at this rate too, if it is given. */
  rate: z.number().min(0.01).max(1000).optional(),
  /** Data set of HDF5 files; by default the only one of three or four axes. */
  dataset: z.string().optional(),
});

/** What was shown. */
export const stimuli = strict({
  pictures: shown.optional(),
  films: films.optional(),
  sentences: shown.optional(),
}).refine((s) => s.pictures !== undefined || s.films !== undefined || s.sentences !== undefined, {
  message: "needs pictures, films, sentences or several of them",
});

/** Motion energy of the films of `stimuli.films`: createMotionEnergyBank of features. */
export const motionEnergy = strict({
  /** Pixels that films are resized to, whatever their shape. */
  width: z.int().min(8).max(1024).default(96),
  height: z.int().min(8).max(1024).default(96),
  spatialFrequencies: z.array(z.number().min(0)).min(1).default([0, 2, 4, 8, 16]),
  temporalFrequencies: z.array(z.number().min(0)).min(1).default([0, 2, 4]),
  directions: z.int().min(2).max(64).default(8),
  compression: z.enum(["log", "sqrt"]).default("log"),
});

/** Motion energy of a feature space. */
export type MotionSettings = z.output<typeof motionEnergy>;
