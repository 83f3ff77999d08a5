import type { Prediction, Sense } from "../../../src/simulator/page.ts";
import type { Picture } from "../../../src/stimuli/render.ts";
import { messageOf } from "../page/read.ts";
import type { Study } from "../page/study.ts";
import { type Client, openClient } from "./client.ts";
import { decodePicture } from "./picture.ts";

/** A stimulus on the bench. */
export interface Item {
  readonly id: number;
  readonly sense: Sense;
  readonly label: string;
  /** Address of a thumbnail that lives in this page's memory. */
  readonly thumbnail: string | null;
  set: "A" | "B" | null;
}

/** The laboratory: a bench of stimuli, a worker with the encoders, and predictions as they were made. */
export class Lab {
  items = $state<Item[]>([]);
  selected = $state<number | null>(null);
  /** What the worker does, for the reader. */
  status = $state("not open");
  engine = $state<string | null>(null);
  ready = $state<ReadonlySet<string>>(new Set());
  problems = $state<string[]>([]);
  milliseconds = $state<number | null>(null);
  /** Predictions by model, person and item. */
  predictions = $state.raw<ReadonlyMap<string, Prediction>>(new Map());
  busy = $state(0);
  /** Addresses, in this page's memory, of the library's pictures by file. */
  shelf = $state.raw<ReadonlyMap<string, string>>(new Map());

  readonly #study: Study;
  /** Pixels of the pictures on the bench: beside what the page watches, which would copy them. */
  readonly #pictures = new Map<number, Picture>();
  #client: Client | null = null;
  #opening: Promise<void> | null = null;
  /** The worker reads the brain and has its engine; encoders may still be loading. */
  #started: Promise<string> | null = null;
  #next = 1;

  constructor(study: Study) {
    this.#study = study;
  }

  /** Start the worker and load the encoders, that of `first` before the others. */
  open(first: string, engine: "auto" | "wasm" = "auto"): Promise<void> {
    this.#opening ??= this.#start(first, engine).catch((error: unknown) => {
      this.#opening = null;
      this.#client?.close();
      this.#client = null;
      this.status = "closed";
      this.complain(messageOf(error));
    });
    return this.#opening;
  }

  async #start(first: string, engine: "auto" | "wasm"): Promise<void> {
    const client = openClient();
    this.#client = client;
    this.status = "starting";
    this.#started = client.open(this.#study.base.href, engine);
    this.engine = await this.#started;
    const models = this.#study.brain.manifest.models
      .map(({ id }) => id)
      .filter((id) => this.sensesOf(id).length > 0);
    for (const id of [first, ...models.filter((id) => id !== first)]) {
      const label = this.#study.brain.manifest.models.find((model) => model.id === id)?.label ?? id;
      this.status = `loading ${label}`;
      try {
        await client.load(id);
        this.ready = new Set([...this.ready, id]);
      } catch (error) {
        this.complain(`${label} cannot be used: ${messageOf(error)}`);
      }
    }
    await this.#fillShelf();
    this.status =
      this.ready.size === models.length
        ? "ready"
        : `${this.ready.size} of ${models.length} models are loaded`;
  }

  /** Load the library's pictures now, so that nothing is requested while somebody works. */
  async #fillShelf(): Promise<void> {
    const { pictures } = this.#study.brain.manifest.library;
    try {
      const made = await Promise.all(
        pictures.map(async ({ file }) => {
          const bytes = await this.#study.brain.file(file);
          return [file, URL.createObjectURL(new Blob([bytes as BlobPart]))] as const;
        }),
      );
      this.shelf = new Map(made);
    } catch (error) {
      this.complain(`The library's pictures are not all there: ${messageOf(error)}`);
    }
  }

  sensesOf(model: string): Sense[] {
    return Object.keys(
      this.#study.brain.manifest.models.find(({ id }) => id === model)?.senses ?? {},
    ) as Sense[];
  }

  complain(problem: string): void {
    this.problems = [...this.problems.filter((one) => one !== problem), problem].slice(-3);
  }

  dismiss(problem: string): void {
    this.problems = this.problems.filter((one) => one !== problem);
  }

  /** Put pictures onto the bench. Files that are none are named, the others still come. */
  async addPictures(files: readonly { blob: Blob; name: string }[]): Promise<void> {
    for (const { blob, name } of files) {
      try {
        const picture = await (this.#client?.decode(blob, name) ?? decodePicture(blob, name));
        this.#put({ sense: "picture", label: name, thumbnail: URL.createObjectURL(blob) }, picture);
      } catch (error) {
        this.complain(messageOf(error));
      }
    }
  }

  /** Put sentences onto the bench, one a line. */
  addSentences(text: string): number {
    const lines = text
      .split(/\r?\n/)
      .map((line) => line.trim())
      .filter((line) => line !== "");
    for (const line of lines) this.#put({ sense: "sentence", label: line, thumbnail: null });
    return lines.length;
  }

  #put(item: Omit<Item, "id" | "set">, picture?: Picture): void {
    const id = this.#next++;
    if (picture) this.#pictures.set(id, picture);
    this.items.push({ ...item, id, set: null });
    this.selected = id;
  }

  remove(id: number): void {
    const gone = this.items.find((item) => item.id === id);
    if (gone?.thumbnail) URL.revokeObjectURL(gone.thumbnail);
    this.#pictures.delete(id);
    this.items = this.items.filter((item) => item.id !== id);
    if (this.selected === id) this.selected = this.items.at(-1)?.id ?? null;
  }

  get(model: string, person: string, id: number): Prediction | undefined {
    return this.predictions.get(`${model} ${person} ${id}`);
  }

  /** Predict what is on the bench and not yet predicted, one stimulus after the other. */
  async predict(model: string, person: string, wanted: readonly number[]): Promise<void> {
    await this.#started?.catch(() => {}); // why it failed is said already
    const client = this.#client;
    if (client === null) return;
    for (const id of wanted) {
      const item = this.items.find((one) => one.id === id);
      const key = `${model} ${person} ${id}`;
      if (item === undefined || this.predictions.has(key) || !this.sensesOf(model).includes(item.sense))
        continue;
      this.busy++;
      try {
        const { prediction, milliseconds } = await client.predict({
          model,
          person,
          sense: item.sense,
          ...(item.sense === "picture"
            ? { pictures: [this.#pictures.get(id) as Picture] }
            : { sentences: [item.label] }),
        });
        this.predictions = new Map([...this.predictions, [key, prediction]]);
        this.milliseconds = milliseconds;
      } catch (error) {
        this.complain(`${shorten(item.label, 40)}: ${messageOf(error)}`);
      } finally {
        this.busy--;
      }
    }
  }
}

/** A label that fits a line. */
export function shorten(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}
