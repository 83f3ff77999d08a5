import {
  BufferAttribute,
  BufferGeometry,
  ClampToEdgeWrapping,
  DataTexture,
  DoubleSide,
  LinearFilter,
  Matrix4,
  Mesh,
  OrthographicCamera,
  RGBAFormat,
  Scene,
  ShaderMaterial,
  Vector2,
  Vector3,
  WebGLRenderer,
} from "three";
import {
  aimCamera,
  facesAt,
  isDrawn,
  isMapped,
  isStacked,
  morphNormal,
  morphVertex,
  standHemisphere,
  vertexNormals,
} from "../../../src/simulator/view/camera.ts";
import type { Paint } from "../../../src/simulator/view/layer.ts";
import { drawing, type Look } from "../../../src/simulator/view/look.ts";
import type { Pose } from "../../../src/simulator/view/pose.ts";
import type { Surface } from "../../../src/simulator/view/surface.ts";
import { fragmentShader, vertexShader } from "./shaders.ts";

/** A canvas with a cortex. Nothing is drawn unless something changed. */
export interface Stage {
  setPaint(paint: Paint): void;
  setPose(pose: Pose): void;
  setLook(look: Look): void;
  /** Mark vertices: the picked target or region. */
  setPicked(isPicked: (target: number) => boolean): void;
  resize(width: number, height: number, ratio: number): void;
  /** The vertex under a point of the canvas, CSS pixels; null beside the cortex. */
  pick(x: number, y: number): { readonly surface: Surface; readonly vertex: number } | null;
  /** Where a vertex is on the canvas, CSS pixels, and whether its surface faces the viewer. */
  project(
    surface: Surface,
    vertex: number,
  ): { readonly x: number; readonly y: number; readonly facing: boolean; readonly shown: boolean };
  /** Draw now; for export and measurements. */
  draw(): void;
  close(): void;
}

/** Open a stage on a canvas.
 * @param onLost is told when the graphics context is taken away and when it is back.
 * @throws Error if the browser has no WebGL 2. */
export function openStage(
  canvas: HTMLCanvasElement,
  surfaces: readonly Surface[],
  { onLost, onDraw }: { onLost: (lost: boolean) => void; onDraw?: () => void },
): Stage {
  const renderer = new WebGLRenderer({ canvas, antialias: true, alpha: true, preserveDrawingBuffer: true });
  const scene = new Scene();
  const camera = new OrthographicCamera(-1, 1, 1, -1, -1000, 1000);
  camera.matrixAutoUpdate = false;
  const table = new DataTexture(new Uint8Array(256 * 4), 256, 1, RGBAFormat);
  table.magFilter = LinearFilter;
  table.minFilter = LinearFilter;
  table.wrapS = ClampToEdgeWrapping;
  const shared = {
    colours: { value: table },
    range: { value: new Vector2(0, 1) },
    morph: { value: 0 },
    outlines: { value: 1 },
    contour: { value: 0 },
    pixel: { value: 1 },
    gyrus: { value: new Vector3(1, 1, 1) },
    sulcus: { value: new Vector3(1, 1, 1) },
    ink: { value: new Vector3(...drawing.ink) },
    halo: { value: new Vector3(...drawing.halo) },
  };
  const parts = surfaces.map((surface) => buildPart(surface, shared));
  for (const { mesh } of parts) scene.add(mesh);
  let pose: Pose | null = null;
  let [width, height] = [1, 1];
  let wanted = 0;
  let lost = false;

  const draw = () => {
    if (lost || pose === null) return;
    place(pose);
    renderer.render(scene, camera);
    onDraw?.();
  };
  const ask = () => {
    if (wanted === 0)
      wanted = requestAnimationFrame(() => {
        wanted = 0;
        draw();
      });
  };
  const place = (now: Pose) => {
    const stacked = isStacked(width, height);
    shared.morph.value = now.morph;
    for (const { mesh, surface } of parts) {
      const faces = facesAt(surface, now);
      const geometry = mesh.geometry as BufferGeometry & { faces?: Uint32Array };
      if (geometry.faces !== faces) {
        geometry.faces = faces;
        geometry.setIndex(new BufferAttribute(faces, 1));
      }
      mesh.visible = isDrawn(surface.side, now);
      const place = standHemisphere(surface.side, now, stacked);
      mesh.matrix.set(...([...place, 0, 0, 0, 1] as Sixteen));
      mesh.matrixWorldNeedsUpdate = true;
    }
    aim(camera, now, width, height);
  };
  const handleLost = (event: Event) => {
    event.preventDefault();
    lost = true;
    onLost(true);
  };
  const handleBack = () => {
    lost = false;
    onLost(false);
    ask();
  };
  canvas.addEventListener("webglcontextlost", handleLost);
  canvas.addEventListener("webglcontextrestored", handleBack);

  return {
    setPaint: (paint) => {
      shared.range.value.set(paint.range[0], paint.range[1]);
      (table.image.data as Uint8Array).set(paint.colours);
      table.needsUpdate = true;
      for (const part of parts) paintPart(part, paint);
      ask();
    },
    setPose: (next) => {
      pose = next;
      ask();
    },
    setLook: ({ dark, outlines, contour }) => {
      shared.outlines.value = outlines ? 1 : 0;
      shared.contour.value = contour ? 1 : 0;
      const grey = drawing.grey[dark ? "dark" : "light"];
      shared.gyrus.value.setScalar(grey.gyrus);
      shared.sulcus.value.setScalar(grey.sulcus);
      ask();
    },
    setPicked: (isPicked) => {
      for (const { surface, mesh } of parts) {
        const attribute = mesh.geometry.getAttribute("picked") as BufferAttribute;
        for (let v = 0; v < surface.vertices; v++) {
          const t = surface.target[v] as number;
          (attribute.array as Uint8Array)[v] = t >= 0 && isPicked(t) ? 255 : 0;
        }
        attribute.needsUpdate = true;
      }
      ask();
    },
    resize: (w, h, ratio) => {
      [width, height] = [Math.max(1, w), Math.max(1, h)];
      renderer.setPixelRatio(ratio);
      renderer.setSize(width, height, false);
      shared.pixel.value = ratio;
      ask();
    },
    pick: (x, y) => {
      if (pose === null) return null;
      place(pose);
      return pickVertex(parts, camera, pose, (2 * x) / width - 1, 1 - (2 * y) / height);
    },
    project: (surface, vertex) => {
      const part = parts.find((one) => one.surface === surface);
      if (pose === null || part === undefined) return { x: 0, y: 0, facing: false, shown: false };
      place(pose);
      const at = new Vector3(...morphVertex(surface, vertex, pose.morph));
      const normal = new Vector3(...morphNormal(surface, part.normals, vertex, pose.morph));
      const matrix = toClip(part.mesh, camera);
      const point = at.applyMatrix4(matrix);
      const view = new Matrix4().multiplyMatrices(camera.matrixWorldInverse, part.mesh.matrix);
      const facing = pose.morph > 1.5 || normal.transformDirection(view).z > 0.15;
      const shown =
        part.mesh.visible && (pose.morph <= 1.5 || surface.flat === null || isMapped(surface, vertex));
      return {
        x: ((point.x + 1) * width) / 2,
        y: ((1 - point.y) * height) / 2,
        facing: facing && shown,
        shown,
      };
    },
    draw,
    close: () => {
      if (wanted !== 0) cancelAnimationFrame(wanted);
      canvas.removeEventListener("webglcontextlost", handleLost);
      canvas.removeEventListener("webglcontextrestored", handleBack);
      for (const { mesh, material } of parts) {
        mesh.geometry.dispose();
        material.dispose();
      }
      table.dispose();
      renderer.dispose();
    },
  };
}

type Sixteen = Parameters<Matrix4["set"]>;
type Part = ReturnType<typeof buildPart>;

function buildPart(surface: Surface, shared: Record<string, { value: unknown }>) {
  const geometry = new BufferGeometry();
  const normals = {
    folded: vertexNormals(surface.folded, surface.faces),
    inflated: vertexNormals(surface.inflated, surface.faces),
  };
  geometry.setAttribute("position", new BufferAttribute(surface.folded, 3));
  geometry.setAttribute("normal", new BufferAttribute(toBytes(normals.folded), 3, true));
  geometry.setAttribute("inflatedNormal", new BufferAttribute(toBytes(normals.inflated), 3, true));
  geometry.setAttribute("inflated", new BufferAttribute(surface.inflated, 3));
  geometry.setAttribute(
    "flatAt",
    new BufferAttribute(surface.flat ?? new Float32Array(2 * surface.vertices), 2),
  );
  geometry.setAttribute("shade", new BufferAttribute(surface.shade, 1));
  geometry.setAttribute("shown", new BufferAttribute(new Float32Array(3 * surface.vertices), 3));
  geometry.setAttribute("significant", new BufferAttribute(new Uint8Array(surface.vertices), 1, true));
  geometry.setAttribute("picked", new BufferAttribute(new Uint8Array(surface.vertices), 1, true));
  const code = new Uint8Array(4 * surface.vertices);
  for (const [v, bits] of surface.codes.entries())
    for (let k = 0; k < 4; k++) code[4 * v + k] = (bits >> k) & 1 ? 255 : 0;
  geometry.setAttribute("code", new BufferAttribute(code, 4, true));
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
  const mesh = new Mesh(geometry, material);
  mesh.frustumCulled = false;
  mesh.matrixAutoUpdate = false;
  return { surface, mesh, material, normals };
}

function toBytes(normals: Float32Array): Int8Array {
  const out = new Int8Array(normals.length);
  for (let k = 0; k < out.length; k++) out[k] = Math.round(127 * (normals[k] as number));
  return out;
}

function paintPart({ surface, mesh }: Part, { values, visible, trusted, significant }: Paint): void {
  const shown = mesh.geometry.getAttribute("shown") as BufferAttribute;
  const line = mesh.geometry.getAttribute("significant") as BufferAttribute;
  const out = shown.array as Float32Array;
  for (let v = 0; v < surface.vertices; v++) {
    const t = surface.target[v] as number;
    const isShown = t >= 0 && visible[t] === 1;
    out[3 * v] = isShown ? (values[t] as number) : 0;
    out[3 * v + 1] = isShown ? 1 : 0;
    out[3 * v + 2] = isShown ? (trusted[t] as number) : 0;
    (line.array as Uint8Array)[v] = t >= 0 && significant[t] === 1 ? 255 : 0;
  }
  shown.needsUpdate = true;
  line.needsUpdate = true;
}

function aim(camera: OrthographicCamera, pose: Pose, width: number, height: number): void {
  const { right, up, back, bounds } = aimCamera(pose, width, height);
  camera.matrix.makeBasis(new Vector3(...right), new Vector3(...up), new Vector3(...back));
  camera.matrixWorld.copy(camera.matrix);
  camera.matrixWorldInverse.copy(camera.matrix).invert();
  Object.assign(camera, bounds);
  camera.updateProjectionMatrix();
}

function toClip(mesh: Mesh, camera: OrthographicCamera): Matrix4 {
  return new Matrix4()
    .multiplyMatrices(camera.projectionMatrix, camera.matrixWorldInverse)
    .multiply(mesh.matrix);
}

/** All vertices of a surface in clip coordinates: scalars, not triples, for the pointer waits. */
function clipOf(surface: Surface, { elements: m }: Matrix4, morph: number): Float32Array {
  const { folded, inflated, flat, side } = surface;
  const toInflated = Math.min(1, morph);
  const toFlat = Math.max(0, morph - 1);
  const sign = side === 0 ? 1 : side;
  const out = new Float32Array(folded.length);
  const solid = (k: number) =>
    (1 - toFlat) * ((1 - toInflated) * (folded[k] as number) + toInflated * (inflated[k] as number));
  for (let v = 0; v < surface.vertices; v++) {
    const k = 3 * v;
    const x = solid(k) + toFlat * 34 * side;
    const y = solid(k + 1) + toFlat * sign * (flat?.[2 * v] ?? 0);
    const z = solid(k + 2) + toFlat * (flat?.[2 * v + 1] ?? 0);
    for (let d = 0; d < 3; d++)
      out[k + d] =
        (m[d] as number) * x + (m[4 + d] as number) * y + (m[8 + d] as number) * z + (m[12 + d] as number);
  }
  return out;
}

/** The nearest triangle under a point in clip coordinates, and its corner that is nearest to it. */
function pickVertex(
  parts: readonly Part[],
  camera: OrthographicCamera,
  { morph }: Pose,
  x: number,
  y: number,
): { surface: Surface; vertex: number } | null {
  let found: { surface: Surface; vertex: number } | null = null;
  let nearest = Number.POSITIVE_INFINITY;
  for (const { surface, mesh } of parts) {
    if (!mesh.visible) continue;
    const matrix = toClip(mesh, camera);
    const clip = clipOf(surface, matrix, morph);
    const faces = mesh.geometry.getIndex()?.array ?? surface.faces;
    for (let k = 0; k < faces.length; k += 3) {
      const [a, b, c] = [
        3 * (faces[k] as number),
        3 * (faces[k + 1] as number),
        3 * (faces[k + 2] as number),
      ];
      const [ax, ay] = [(clip[a] as number) - x, (clip[a + 1] as number) - y];
      const [bx, by] = [(clip[b] as number) - x, (clip[b + 1] as number) - y];
      const [cx, cy] = [(clip[c] as number) - x, (clip[c + 1] as number) - y];
      const [wa, wb, wc] = [bx * cy - by * cx, cx * ay - cy * ax, ax * by - ay * bx];
      const sum = wa + wb + wc;
      if (sum === 0 || wa * sum < 0 || wb * sum < 0 || wc * sum < 0) continue;
      const depth =
        (wa * (clip[a + 2] as number) + wb * (clip[b + 2] as number) + wc * (clip[c + 2] as number)) / sum;
      if (depth >= nearest) continue;
      nearest = depth;
      const shares: [number, number][] = [
        [wa / sum, a],
        [wb / sum, b],
        [wc / sum, c],
      ];
      shares.sort((p, q) => q[0] - p[0]);
      found = { surface, vertex: (shares[0]?.[1] ?? 0) / 3 };
    }
  }
  return found;
}
