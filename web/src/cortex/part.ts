import { BufferAttribute, BufferGeometry, DoubleSide, FrontSide, Mesh, ShaderMaterial, Vector3 } from "three";
import { type Normals, vertexNormals } from "../../../src/simulator/view/camera.ts";
import type { Paint } from "../../../src/simulator/view/layer.ts";
import type { Surface } from "../../../src/simulator/view/surface.ts";
import { coarsen, isClosed } from "./mesh.ts";
import { fragmentShader, vertexShader } from "./shaders.ts";

/** Fewest triangles of a coarsened surface. */
const fewest = 4_000;

/** A surface as the graphics processor has it. */
export interface Part {
  readonly surface: Surface;
  readonly mesh: Mesh;
  readonly normals: Normals;
  /** Draw these triangles, or a coarser surface between their vertices, and of them the piece from one share to another.
   * @param draft how often the surface is coarsened; null: it is the whole picture.
   * @param isSolid neither shape of the surface is the flat map. */
  select(
    faces: Uint32Array,
    options: {
      readonly draft: number | null;
      readonly isSolid: boolean;
      readonly from: number;
      readonly to: number;
    },
  ): void;
  paint(paint: Paint): void;
  setPicked(isPicked: (target: number) => boolean): void;
  close(): void;
}

/** @param shared uniforms of all parts. */
export function buildPart(surface: Surface, shared: Record<string, { value: unknown }>): Part {
  const normals = {
    folded: vertexNormals(surface.folded, surface.faces),
    inflated: vertexNormals(surface.inflated, surface.faces),
  };
  const attributes = attributesOf(surface, normals);
  const material = new ShaderMaterial({
    vertexShader,
    fragmentShader,
    side: DoubleSide,
    uniforms: {
      ...shared,
      side: { value: surface.side === 0 ? 1 : surface.side },
      flatMiddle: { value: new Vector3(34 * surface.side, 0, 0) },
    },
  });
  const mesh = new Mesh(new BufferGeometry(), material);
  mesh.frustumCulled = false;
  mesh.matrixAutoUpdate = false;
  // backs of a closed surface lie behind its fronts: left out, only rims differ by a trace
  const hidesBacks = isClosed(surface.folded, surface.faces) && isClosed(surface.inflated, surface.faces);
  const geometries = new Map<Uint32Array, BufferGeometry>();
  const coarsened = new Map<Uint32Array, Uint32Array>();
  const geometryOf = (faces: Uint32Array) => {
    let geometry = geometries.get(faces);
    if (geometry === undefined) {
      geometry = new BufferGeometry();
      for (const [name, attribute] of Object.entries(attributes)) geometry.setAttribute(name, attribute);
      geometry.setIndex(new BufferAttribute(faces, 1));
      geometries.set(faces, geometry);
    }
    return geometry;
  };
  const draftOf = (faces: Uint32Array, level: number): Uint32Array => {
    if (level === 0) return faces;
    const coarser = coarsened.get(faces) ?? coarsen(faces, surface.vertices);
    coarsened.set(faces, coarser);
    return coarser.length / 3 < fewest ? faces : draftOf(coarser, level - 1);
  };
  return {
    surface,
    mesh,
    normals,
    select: (faces, { draft, isSolid, from, to }) => {
      const geometry = geometryOf(draft === null ? faces : draftOf(faces, draft));
      mesh.geometry = geometry;
      const triangles = (geometry.index?.count ?? 0) / 3;
      const [first, last] = [Math.round(from * triangles), Math.round(to * triangles)];
      geometry.setDrawRange(3 * first, 3 * (last - first));
      material.side = draft !== null && isSolid && hidesBacks ? FrontSide : DoubleSide;
    },
    paint: (paint) => {
      paintVertices(surface, paint, attributes.shown, attributes.significant);
    },
    setPicked: (isPicked) => {
      const marks = attributes.picked.array;
      for (let v = 0; v < surface.vertices; v++) {
        const t = surface.target[v] as number;
        marks[v] = t >= 0 && isPicked(t) ? 255 : 0;
      }
      attributes.picked.needsUpdate = true;
    },
    close: () => {
      for (const geometry of geometries.values()) geometry.dispose();
      material.dispose();
    },
  };
}

function attributesOf(surface: Surface, normals: Normals) {
  const { vertices, folded, inflated, flat, shade, codes } = surface;
  const code = new Uint8Array(4 * vertices);
  for (const [v, bits] of codes.entries())
    for (let k = 0; k < 4; k++) code[4 * v + k] = (bits >> k) & 1 ? 255 : 0;
  return {
    position: new BufferAttribute(folded, 3),
    normal: new BufferAttribute(toBytes(normals.folded), 3, true),
    inflatedNormal: new BufferAttribute(toBytes(normals.inflated), 3, true),
    inflated: new BufferAttribute(inflated, 3),
    flatAt: new BufferAttribute(flat ?? new Float32Array(2 * vertices), 2),
    shade: new BufferAttribute(shade, 1),
    shown: new BufferAttribute(new Float32Array(3 * vertices), 3),
    significant: new BufferAttribute(new Uint8Array(vertices), 1, true),
    picked: new BufferAttribute(new Uint8Array(vertices), 1, true),
    code: new BufferAttribute(code, 4, true),
  };
}

function toBytes(normals: Float32Array): Int8Array {
  const out = new Int8Array(normals.length);
  for (let k = 0; k < out.length; k++) out[k] = Math.round(127 * (normals[k] as number));
  return out;
}

function paintVertices(
  { vertices, target }: Surface,
  { values, visible, trusted, significant }: Paint,
  shown: BufferAttribute,
  line: BufferAttribute,
): void {
  const out = shown.array;
  for (let v = 0; v < vertices; v++) {
    const t = target[v] as number;
    const isShown = t >= 0 && visible[t] === 1;
    out[3 * v] = isShown ? (values[t] as number) : 0;
    out[3 * v + 1] = isShown ? 1 : 0;
    out[3 * v + 2] = isShown ? (trusted[t] as number) : 0;
    line.array[v] = t >= 0 && significant[t] === 1 ? 255 : 0;
  }
  shown.needsUpdate = true;
  line.needsUpdate = true;
}
