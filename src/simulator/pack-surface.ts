import type { BrainManifest } from "./manifest.ts";
import type { ArrayType } from "./manifest-model.ts";
import type { Packer } from "./packer.ts";

/** A surface whose vertices show targets. */
export interface PackedSurface {
  readonly space: string;
  readonly hemispheres: readonly {
    readonly name: string;
    readonly faces: Int32Array;
    readonly folded: Float32Array;
    readonly inflated: Float32Array;
    readonly flat: Float32Array | null;
    readonly flatFaces: Int32Array | null;
    readonly sulcus: Float32Array | null;
    readonly target: Int32Array;
  }[];
}

/** Pack a surface. @returns what the manifest says of it. */
export function packSurface({ space, hemispheres }: PackedSurface, packer: Packer): BrainManifest["surface"] {
  return {
    space,
    hemispheres: hemispheres.map(({ name, faces, folded, inflated, flat, flatFaces, sulcus, target }) => {
      const vertices = target.length;
      const put = (kind: string, type: ArrayType, width: number, numbers: ArrayLike<number>) =>
        packer.array(`${name}-${kind}`, type, [numbers.length / width, width], numbers);
      return {
        name,
        vertices,
        faces: put("faces", "int32", 3, faces),
        folded: put("folded", "float32", 3, folded),
        inflated: put("inflated", "float32", 3, inflated),
        flat: flat && put("flat", "float32", flat.length / vertices, flat),
        flatFaces: flatFaces && put("flat-faces", "int32", 3, flatFaces),
        sulcus: sulcus && packer.array(`${name}-sulcus`, "float32", [vertices], sulcus),
        target: packer.array(`${name}-target`, "int32", [vertices], target),
      };
    }),
  };
}
