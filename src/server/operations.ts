import type { z } from "zod";
import * as schemas from "./schemas.ts";

/** One operation of the server: what the routes, the checks and the OpenAPI description are made of. */
export interface Operation {
  readonly method: "get" | "post" | "delete";
  /** As OpenAPI writes it: `/api/maps/{id}`. */
  readonly path: string;
  readonly summary: string;
  readonly description?: string;
  readonly query: z.ZodObject;
  /** JSON body. */
  readonly body?: z.ZodType;
  /** Body of another media type, as it is. */
  readonly raw?: readonly string[];
  readonly status: 200 | 202;
  /** JSON answer; null: server-sent events whose data are `events`. */
  readonly answer: z.ZodType | null;
  readonly events?: z.ZodType;
  /** Further statuses that this operation has beside those that all have. */
  readonly errors: readonly number[];
}

/** All operations by their id. */
export const operations = {
  describeBrain: {
    method: "get",
    path: "/api/brain",
    summary: "The brain: people, models, presentation, limits",
    query: schemas.noQuery,
    status: 200,
    answer: schemas.brainAnswer,
    errors: [],
  },
  listMaps: {
    method: "get",
    path: "/api/maps",
    summary: "The maps of the study",
    query: schemas.noQuery,
    status: 200,
    answer: schemas.mapsAnswer,
    errors: [],
  },
  readMap: {
    method: "get",
    path: "/api/maps/{id}",
    summary: "The numbers of a map",
    description: "The id may hold a slash, as it is or as %2F.",
    query: schemas.personQuery,
    status: 200,
    answer: schemas.mapAnswer,
    errors: [404, 422],
  },
  listRegions: {
    method: "get",
    path: "/api/regions",
    summary: "The regions and their targets",
    query: schemas.noQuery,
    status: 200,
    answer: schemas.regionsAnswer,
    errors: [],
  },
  readRegion: {
    method: "get",
    path: "/api/regions/{name}",
    summary: "Scores, differences, unique variance and layers of a region",
    query: schemas.personQuery,
    status: 200,
    answer: schemas.regionAnswer,
    errors: [404, 422],
  },
  predict: {
    method: "post",
    path: "/api/predict",
    summary: "Responses to new sentences or pictures",
    description:
      "A JSON body; or one picture file as it is, with model and person in the query. Predictions wait for each other; when too many wait, the answer is 503.",
    query: schemas.predictQuery,
    body: schemas.predictRequest,
    raw: ["image/*"],
    status: 200,
    answer: schemas.predictAnswer,
    errors: [413, 415, 422, 504],
  },
  startExperiments: {
    method: "post",
    path: "/api/experiments",
    summary: "Start in-silico experiments",
    query: schemas.noQuery,
    body: schemas.experimentRequest,
    status: 202,
    answer: schemas.jobAnswer,
    errors: [413, 415, 422],
  },
  readExperiments: {
    method: "get",
    path: "/api/experiments/{id}",
    summary: "How far they are, and their results",
    query: schemas.noQuery,
    status: 200,
    answer: schemas.jobAnswer,
    errors: [404],
  },
  followExperiments: {
    method: "get",
    path: "/api/experiments/{id}/events",
    summary: "Their progress as server-sent events",
    description:
      "An event `progress` at once and after each experiment, and one of `done`, `failed` or `cancelled`, after which the stream ends.",
    query: schemas.noQuery,
    status: 200,
    answer: null,
    events: schemas.jobAnswer,
    errors: [404],
  },
  cancelExperiments: {
    method: "delete",
    path: "/api/experiments/{id}",
    summary: "Stop them",
    query: schemas.noQuery,
    status: 200,
    answer: schemas.jobAnswer,
    errors: [404],
  },
} as const satisfies Readonly<Record<string, Operation>>;

export type OperationId = keyof typeof operations;
