/** A mask by reliability: which targets have scores. */
export interface ReliabilityNote {
  readonly minimum: number;
  /** In words: what was judged, and on which data. */
  readonly judgedOn: string;
  /** Targets that passed, and all targets, of each region; means over people. */
  readonly regions: readonly { readonly region: string; readonly kept: number; readonly of: number }[];
}

/** One map that was tested with cluster enhancement. Arrays are in target order; NaN where a target was not tested. */
export interface ClusterMap {
  /** null: over all people. */
  readonly participant: string | null;
  /** e.g. "joint model", "unique: sound", "sound − meaning". */
  readonly name: string;
  readonly alternative: "greater" | "two-sided";
  /** What is tested, an R² or a difference of R²; mean over people. */
  readonly value: Float64Array;
  /** Corrected over the targets of this map. */
  readonly p: Float64Array;
  readonly smallestP: number;
  readonly tested: number;
  /** Targets with a corrected p at the level, by the sign of their value. */
  readonly above: number;
  readonly below: number;
}

/** Maps tested with threshold-free cluster enhancement. */
export interface ClusterMaps {
  /** What is exchanged under the null, in words. */
  readonly test: string;
  /** What a neighbour is, in words. */
  readonly neighbours: string;
  /** Exponents of extent and height. */
  readonly extent: number;
  readonly height: number;
  readonly maps: readonly ClusterMap[];
  /** Meshes to draw maps on, by name; empty in volumes. */
  readonly surfaces: readonly {
    readonly name: string;
    /** (vertices × 3), millimetres. */
    readonly coordinates: Float32Array;
    /** (faces × 3) vertex numbers. */
    readonly triangles: Int32Array;
    /** Target shown at each vertex, −1 for none. */
    readonly targetAt: Int32Array;
  }[];
}
