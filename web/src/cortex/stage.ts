import {
  ClampToEdgeWrapping,
  DataTexture,
  LinearFilter,
  Matrix4,
  OrthographicCamera,
  RGBAFormat,
  Scene,
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
} from "../../../src/simulator/view/camera.ts";
import type { Paint } from "../../../src/simulator/view/layer.ts";
import { drawing, type Look } from "../../../src/simulator/view/look.ts";
import type { Pose } from "../../../src/simulator/view/pose.ts";
import type { Surface } from "../../../src/simulator/view/surface.ts";
import { type Choice, openEasel } from "./easel.ts";
import { openPacer, pageClock } from "./pace.ts";
import { buildPart } from "./part.ts";
import { pickVertex, toClip } from "./pick.ts";

/** A canvas with a cortex. Nothing is drawn unless something changed. Its `data-drawn` says what it shows. */
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
  const renderer = new WebGLRenderer({ canvas, antialias: false, alpha: true, preserveDrawingBuffer: true });
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
  let size = { width: 1, height: 1, ratio: 1 };
  let lost = false;

  const place = (now: Pose, choice: Choice | null) => {
    const { width, height } = size;
    const stacked = isStacked(width, height);
    shared.morph.value = now.morph;
    for (const { mesh, surface, select } of parts) {
      if (choice !== null) select(facesAt(surface, now), { ...choice, isSolid: now.morph <= 1 });
      mesh.visible = isDrawn(surface.side, now);
      const place = standHemisphere(surface.side, now, stacked);
      mesh.matrix.set(...([...place, 0, 0, 0, 1] as Sixteen));
      mesh.matrixWorldNeedsUpdate = true;
    }
    aim(camera, now, width, height);
  };
  const fit = () => {
    const { width, height, ratio } = size;
    const { x, y } = renderer.getSize(new Vector2());
    if (x === width && y === height && renderer.getPixelRatio() === ratio) return;
    renderer.setPixelRatio(ratio);
    renderer.setSize(width, height, false);
    shared.pixel.value = ratio;
  };
  const easel = openEasel(renderer, scene, camera, (choice) => {
    if (pose !== null) place(pose, choice);
  });
  /** Draw, if there is something to draw and to draw on. */
  const ready =
    <A extends unknown[]>(act: (...rest: A) => void) =>
    (...rest: A) => {
      if (lost || pose === null) return;
      fit();
      act(...rest);
      onDraw?.();
    };
  const pacer = openPacer(
    { ...easel, whole: ready(easel.whole), draft: ready(easel.draft), show: ready(easel.show) },
    pageClock,
    (drawn) => {
      canvas.dataset.drawn = drawn;
    },
  );
  const handleLost = (event: Event) => {
    event.preventDefault();
    lost = true;
    pacer.stop();
    onLost(true);
  };
  const handleBack = () => {
    lost = false;
    onLost(false);
    pacer.change("view");
  };
  canvas.addEventListener("webglcontextlost", handleLost);
  canvas.addEventListener("webglcontextrestored", handleBack);

  return {
    setPaint: (paint) => {
      shared.range.value.set(paint.range[0], paint.range[1]);
      (table.image.data as Uint8Array).set(paint.colours);
      table.needsUpdate = true;
      for (const part of parts) part.paint(paint);
      pacer.change("colours");
    },
    setPose: (next) => {
      pose = next;
      pacer.change("view");
    },
    setLook: ({ dark, outlines, contour }) => {
      shared.outlines.value = outlines ? 1 : 0;
      shared.contour.value = contour ? 1 : 0;
      const grey = drawing.grey[dark ? "dark" : "light"];
      shared.gyrus.value.setScalar(grey.gyrus);
      shared.sulcus.value.setScalar(grey.sulcus);
      pacer.change("colours");
    },
    setPicked: (isPicked) => {
      for (const part of parts) part.setPicked(isPicked);
      pacer.change("colours");
    },
    resize: (width, height, ratio) => {
      size = { width: Math.max(1, width), height: Math.max(1, height), ratio };
      pacer.change("view");
    },
    pick: (x, y) => {
      if (pose === null) return null;
      place(pose, null);
      return pickVertex(parts, camera, pose, (2 * x) / size.width - 1, 1 - (2 * y) / size.height);
    },
    project: (surface, vertex) => {
      const part = parts.find((one) => one.surface === surface);
      if (pose === null || part === undefined) return { x: 0, y: 0, facing: false, shown: false };
      place(pose, null);
      const at = new Vector3(...morphVertex(surface, vertex, pose.morph));
      const normal = new Vector3(...morphNormal(surface, part.normals, vertex, pose.morph));
      const matrix = toClip(part.mesh, camera);
      const point = at.applyMatrix4(matrix);
      const view = new Matrix4().multiplyMatrices(camera.matrixWorldInverse, part.mesh.matrix);
      const facing = pose.morph > 1.5 || normal.transformDirection(view).z > 0.15;
      const shown =
        part.mesh.visible && (pose.morph <= 1.5 || surface.flat === null || isMapped(surface, vertex));
      return {
        x: ((point.x + 1) * size.width) / 2,
        y: ((1 - point.y) * size.height) / 2,
        facing: facing && shown,
        shown,
      };
    },
    close: () => {
      pacer.stop();
      canvas.removeEventListener("webglcontextlost", handleLost);
      canvas.removeEventListener("webglcontextrestored", handleBack);
      for (const part of parts) part.close();
      easel.close();
      table.dispose();
      renderer.dispose();
    },
  };
}

type Sixteen = Parameters<Matrix4["set"]>;

function aim(camera: OrthographicCamera, pose: Pose, width: number, height: number): void {
  const { right, up, back, bounds } = aimCamera(pose, width, height);
  camera.matrix.makeBasis(new Vector3(...right), new Vector3(...up), new Vector3(...back));
  camera.matrixWorld.copy(camera.matrix);
  camera.matrixWorldInverse.copy(camera.matrix).invert();
  Object.assign(camera, bounds);
  camera.updateProjectionMatrix();
}
