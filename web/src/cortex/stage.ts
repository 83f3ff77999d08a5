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
import { openOf, type Pose, placeHemisphere } from "./pose.ts";
import { fragmentShader, vertexShader } from "./shaders.ts";
import type { Surface } from "./surface.ts";

/** What is painted onto the surface, one number a target. */
export interface Paint {
  readonly values: Float32Array;
  /** 1 where the value is drawn. */
  readonly visible: Uint8Array;
  /** 0 where it is greyed. */
  readonly trusted: Uint8Array;
  /** 1 inside the contour. */
  readonly significant: Uint8Array;
  readonly range: readonly [number, number];
  readonly colours: Uint8Array<ArrayBuffer>;
}

/** Switches of drawing that are no part of the map. */
export interface Look {
  readonly dark: boolean;
  readonly outlines: boolean;
  readonly contour: boolean;
}

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
    gyrus: { value: new Vector3(0.86, 0.86, 0.86) },
    sulcus: { value: new Vector3(0.62, 0.62, 0.62) },
    ink: { value: new Vector3(0.08, 0.08, 0.1) },
    halo: { value: new Vector3(1, 1, 1) },
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
      const isFlat = now.morph > 1.02 && surface.flat !== null;
      const wantedFaces = isFlat && surface.flatFaces !== null ? "flat" : "closed";
      const geometry = mesh.geometry as BufferGeometry & { faces?: string };
      if (geometry.faces !== wantedFaces) {
        geometry.faces = wantedFaces;
        geometry.setIndex(
          new BufferAttribute(isFlat && surface.flatFaces ? surface.flatFaces : surface.faces, 1),
        );
      }
      mesh.visible =
        now.show === "both" || surface.side === 0 || (now.show === "left") === (surface.side === -1);
      const [a, b, c, x, d, e, f, y, g, h, i, z] = placeHemisphere(
        surface.side,
        now,
        stacked,
      ) as unknown as Twelve;
      const single = now.show !== "both" && surface.side !== 0;
      const alone = single && Math.abs(openOf(now)) > 45;
      mesh.matrix.set(
        a,
        b,
        c,
        alone ? x - centreX(surface, now, stacked) : x,
        d,
        e,
        f,
        y,
        g,
        h,
        i,
        alone ? 0 : z,
        0,
        0,
        0,
        1,
      );
      mesh.matrixWorldNeedsUpdate = true;
    }
    aim(camera, now, width, height, stacked);
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
      const grey = dark ? [0.62, 0.4] : [0.87, 0.66];
      shared.gyrus.value.setScalar(grey[0] as number);
      shared.sulcus.value.setScalar(grey[1] as number);
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
      const [at, normal] = morphed(surface, vertex, pose.morph, part.normals);
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

type Twelve = [
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
];
type Part = ReturnType<typeof buildPart>;

/** One hemisphere above the other where the canvas is higher than wide. */
export function isStacked(width: number, height: number): boolean {
  return width < 1.33 * height;
}

function centreX(surface: Surface, pose: Pose, stacked: boolean): number {
  const m = placeHemisphere(surface.side, pose, stacked);
  return (m[0] as number) * 34 * surface.side + (m[3] as number);
}

function buildPart(surface: Surface, shared: Record<string, { value: unknown }>) {
  const geometry = new BufferGeometry();
  geometry.setIndex(new BufferAttribute(surface.faces, 1));
  geometry.setAttribute("position", new BufferAttribute(surface.inflated, 3));
  geometry.computeVertexNormals();
  const inflatedNormals = geometry.getAttribute("normal").array as Float32Array;
  geometry.setAttribute("inflatedNormal", new BufferAttribute(toBytes(inflatedNormals), 3, true));
  geometry.deleteAttribute("normal");
  geometry.setAttribute("position", new BufferAttribute(surface.folded, 3));
  geometry.computeVertexNormals();
  const normals = geometry.getAttribute("normal").array as Float32Array;
  geometry.setAttribute("normal", new BufferAttribute(toBytes(normals), 3, true));
  geometry.setAttribute("inflated", new BufferAttribute(surface.inflated, 3));
  geometry.setAttribute(
    "flatAt",
    new BufferAttribute(surface.flat ?? new Float32Array(2 * surface.vertices), 2),
  );
  geometry.setAttribute(
    "shade",
    new BufferAttribute(
      surface.shade.map((x) => x),
      1,
    ),
  );
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
  return { surface, mesh, material, normals: [normals, inflatedNormals] as const };
}

function toBytes(normals: Float32Array): Int8Array {
  return Int8Array.from(normals, (x) => Math.round(127 * x));
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

/** Point the camera: an orthographic one, so that sizes can be compared. Towards the flat map it turns to face the sheet. */
function aim(camera: OrthographicCamera, pose: Pose, width: number, height: number, stacked: boolean): void {
  const flat = Math.min(1, Math.max(0, pose.morph - 1));
  const yaw = (pose.yaw * (1 - flat) * Math.PI) / 180;
  const pitch = (pose.pitch * (1 - flat) * Math.PI) / 180;
  // at yaw 0 the viewer stands behind the head: right is +x, up is +z, and −y comes towards the viewer
  const back = new Vector3(
    Math.sin(yaw) * Math.cos(pitch),
    -Math.cos(yaw) * Math.cos(pitch),
    Math.sin(pitch),
  );
  const right = new Vector3(Math.cos(yaw), Math.sin(yaw), 0);
  const up = new Vector3().crossVectors(back, right);
  camera.matrix.makeBasis(right, up, back);
  camera.matrixWorld.copy(camera.matrix);
  camera.matrixWorldInverse.copy(camera.matrix).invert();
  const wide = Math.abs(Math.sin((openOf(pose) * Math.PI) / 180));
  const single = pose.show !== "both";
  const [needX, needY] = stacked
    ? [single ? 104 : 96 + 30 * flat, single ? 80 + 50 * flat : 80 + 60 * wide + 100 * flat]
    : [single ? 104 + 26 * flat : 100 + 86 * wide + 60 * flat, 78 + 42 * flat + (wide < 0.5 ? 14 : 0)];
  const half = Math.max(needY, (needX * height) / width) / pose.zoom;
  camera.left = (-half * width) / height - pose.panX;
  camera.right = (half * width) / height - pose.panX;
  camera.top = half - pose.panY;
  camera.bottom = -half - pose.panY;
  camera.updateProjectionMatrix();
}

/** Whether the flat map has a place for a vertex; those without stand at its middle. */
function isMapped({ flat }: Surface, v: number): boolean {
  return flat !== null && (flat[2 * v] !== 0 || flat[2 * v + 1] !== 0);
}

function toClip(mesh: Mesh, camera: OrthographicCamera): Matrix4 {
  return new Matrix4()
    .multiplyMatrices(camera.projectionMatrix, camera.matrixWorldInverse)
    .multiply(mesh.matrix);
}

function morphed(
  surface: Surface,
  v: number,
  morph: number,
  [folded, inflated]: readonly [Float32Array, Float32Array],
): [Vector3, Vector3] {
  const toInflated = Math.min(1, morph);
  const toFlat = Math.max(0, morph - 1);
  const sign = surface.side === 0 ? 1 : surface.side;
  const plane = [34 * surface.side, sign * (surface.flat?.[2 * v] ?? 0), surface.flat?.[2 * v + 1] ?? 0];
  const at = [0, 1, 2].map((d) => {
    const solid =
      (1 - toInflated) * (surface.folded[3 * v + d] as number) +
      toInflated * (surface.inflated[3 * v + d] as number);
    return (1 - toFlat) * solid + toFlat * (plane[d] as number);
  }) as [number, number, number];
  const n = [0, 1, 2].map(
    (d) => (1 - toInflated) * (folded[3 * v + d] as number) + toInflated * (inflated[3 * v + d] as number),
  ) as [number, number, number];
  return [new Vector3(...at), new Vector3(...n)];
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
  for (const { surface, mesh, normals } of parts) {
    if (!mesh.visible) continue;
    const matrix = toClip(mesh, camera);
    const clip = new Float32Array(3 * surface.vertices);
    for (let v = 0; v < surface.vertices; v++) {
      const p = morphed(surface, v, morph, normals)[0].applyMatrix4(matrix);
      clip.set([p.x, p.y, p.z], 3 * v);
    }
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
