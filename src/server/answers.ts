import type { z } from "zod";
import { type Brain, findPerson } from "../simulator/index.ts";
import type * as schemas from "./schemas.ts";
import { ServerError } from "./server-error.ts";

type Answer<T extends z.ZodType> = z.infer<T>;

/** The brain as one record. */
export function describeBrain({ manifest }: Brain): Answer<typeof schemas.brainAnswer> {
  const { card, library, presentation } = manifest;
  const tags = [...library.pictures, ...library.sentences].flatMap((one) => one.tags);
  return {
    title: manifest.title,
    question: manifest.question,
    license: card.license,
    attribution: card.attribution,
    limits: [...card.limits],
    people: manifest.people.map(({ id, label, mean }) => ({ id, label, mean })),
    models: manifest.models.map(({ id, label, description, role, senses }) => ({
      id,
      label,
      description,
      role,
      senses: Object.keys(senses) as ("picture" | "sentence")[],
    })),
    targets: manifest.targets.count,
    regions: manifest.regions.length,
    maps: manifest.maps.length,
    presentation: {
      seconds: presentation.seconds as Record<string, number>,
      window: [...presentation.window],
      tr: presentation.tr,
      unit: presentation.unit,
      text: presentation.text,
    },
    maskTest: manifest.maskTest,
    level: manifest.intervals.level,
    library: {
      pictures: library.pictures.length,
      sentences: library.sentences.length,
      tags: [...new Set(tags)].sort(),
    },
  };
}

/** The maps without their numbers. */
export function listMaps({ manifest }: Brain): Answer<typeof schemas.mapsAnswer> {
  return { maps: manifest.maps.map(infoOf) };
}

function infoOf({
  id,
  title,
  group,
  unit,
  scale,
  model,
  sense,
  range,
  test,
}: Brain["manifest"]["maps"][number]) {
  return { id, title, group, unit, scale, model, sense, range: [...range] as [number, number], test };
}

/** The numbers of a map.
 * @throws ServerError 404 if there is no such map; EncodingError "option" if there is no such person. */
export async function readMap(
  { manifest, array }: Brain,
  id: string,
  asked: string | undefined,
): Promise<Answer<typeof schemas.mapAnswer>> {
  const map = manifest.maps.find((one) => one.id === id);
  if (map === undefined) throw missing("map", id, "GET /api/maps lists them.");
  const { person, place } = whose(manifest, asked);
  const own = ownOf(place, manifest.targets.count);
  return {
    ...infoOf(map),
    person,
    values: own(await array(map.values)).map((x) => (Number.isFinite(x) ? x : null)),
    significant: map.significant === null ? null : own(await array(map.significant)),
  };
}

/** The regions with their targets. */
export async function listRegions({ manifest, array }: Brain): Promise<Answer<typeof schemas.regionsAnswer>> {
  const regionOf = await array(manifest.targets.region);
  return {
    regions: manifest.regions.map(({ name, description }, place) => ({
      name,
      description,
      targets: placesOf(regionOf, place),
    })),
  };
}

/** What the study says of a region.
 * @throws ServerError 404 if there is no such region; EncodingError "option" if there is no such person. */
export async function readRegion(
  { manifest, array }: Brain,
  name: string,
  asked: string | undefined,
): Promise<Answer<typeof schemas.regionAnswer>> {
  const place = manifest.regions.findIndex((one) => one.name === name);
  if (place < 0) throw missing("region", name, "GET /api/regions lists them.");
  const { person } = whose(manifest, asked);
  const here = ({ region }: { readonly region: string }) => region === name;
  return {
    name,
    description: manifest.regions[place]?.description ?? "",
    targets: placesOf(await array(manifest.targets.region), place),
    person,
    scores: manifest.table
      .filter((row) => here(row) && row.person === person)
      .map(({ model, r, r2, ceiling, shareOfCeiling, kept, targets }) => ({
        model,
        r,
        r2,
        ceiling,
        shareOfCeiling,
        kept,
        targets,
      })),
    differences: manifest.differences
      .filter(here)
      .map(({ a, b, difference, p, pCorrected, equivalence }) => ({
        ...{ a, b, difference, p, pCorrected },
        equivalence: equivalence ?? null,
      })),
    parts: (manifest.partition?.parts ?? [])
      .filter(here)
      .map(({ spaces, share }) => ({ spaces: [...spaces], share })),
    unique: manifest.unique.filter(here).map(({ model, sense, unique }) => ({ model, sense, unique })),
    layers: manifest.layers
      .filter(here)
      .map(({ model, sense, layer, r, share = null, chosen }) => ({ model, sense, layer, r, share, chosen })),
  };
}

function whose(manifest: Brain["manifest"], asked: string | undefined) {
  const person = asked ?? manifest.people[0]?.id ?? "";
  return { person, place: findPerson(manifest, person) };
}

function ownOf(place: number, count: number): (all: ArrayLike<number>) => number[] {
  return (all) => Array.from({ length: count }, (_, t) => all[place * count + t] as number);
}

function placesOf(regionOf: ArrayLike<number>, place: number): number[] {
  return Array.from(regionOf, (region, t) => (region === place ? t : -1)).filter((t) => t >= 0);
}

function missing(what: string, name: string, hint: string): ServerError {
  return new ServerError(404, "missing", `There is no ${what} "${name.slice(0, 100)}".`, hint);
}
