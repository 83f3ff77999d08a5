import { EncodingError } from "../core/index.ts";
import { findPerson, predict, type Stimuli } from "../simulator/index.ts";
import type { View } from "../simulator/view/address.ts";
import { projectSurface, sightOf, vertexNormals } from "../simulator/view/camera.ts";
import { type FrameOptions, type FramePanel, frameSvg, inkOf, layOutFrame } from "../simulator/view/frame.ts";
import { anchorsOf, endsOf, type Project, placeNames, placeSides } from "../simulator/view/labels.ts";
import { type Layer, loadLayer, paintOf, predictionLayer, tableOf } from "../simulator/view/layer.ts";
import { rasterise } from "../simulator/view/rasterise.ts";
import { loadSurface, type Surface } from "../simulator/view/surface.ts";
import type { BrainFolder } from "./open-brain-folder.ts";

/** How a view is rendered. */
export interface RenderOptions {
  /** As the page's address holds it. */
  readonly view: View;
  readonly dark?: boolean;
  /** Of the whole picture, CSS pixels. */
  readonly width?: number;
  readonly height?: number;
  /** Pixels for one of these. */
  readonly scale?: number;
  /** Title, names and legend; without them the cortex alone, on nothing. Default true. */
  readonly frame?: boolean;
  /** Instead of the map of the view: the predicted response of its model to the first of these. */
  readonly stimulus?: Stimuli;
}

/** Render a view of a brain as PNG, without a browser: the page's cortex, colours, lines, names and legend. Text is set in the fonts of
 * the machine.
 * @throws EncodingError "option" if the brain has no surface, or has no flat map and the view is flat. */
export async function renderBrain(own: BrainFolder, options: RenderOptions): Promise<Uint8Array> {
  const { view, dark = false, width = 1280, height = 800, scale = 2, frame = true } = options;
  const { manifest } = own.brain;
  const regionOf = Int32Array.from(await own.brain.array(manifest.targets.region), (r) =>
    r === 65535 ? -1 : r,
  );
  const surfaces = await loadSurface(own.brain, regionOf);
  if (surfaces === null)
    throw new EncodingError("option", "render: this brain has no surface; its numbers are in the tables.");
  if (view.pose.morph > 1 && surfaces.some(({ flat }) => flat === null))
    throw new EncodingError(
      "option",
      "render: this brain's surface has no flat map. Ask for folded or inflated.",
    );
  const layers = await loadLayers(own, options);
  const about = {
    title: manifest.title,
    width,
    height,
    dark,
    threshold: view.threshold,
    contour: view.contour,
  };
  const layout = frame
    ? layOutFrame(
        layers.map((layer) => ({ layer })),
        about,
      )
    : bare(layers, about);
  if (layout.height < 40 || layout.width < 40)
    throw new EncodingError(
      "option",
      `render: ${width} × ${height} pixels leave ${layout.width} × ${layout.height} for a cortex. Ask for more.`,
    );
  const { default: sharp } = await import("sharp");
  const pictures = layers.map((layer) => {
    const drawn = rasterise(surfaces, paintOf(layer, view), {
      pose: view.pose,
      look: { dark, outlines: view.outlines, contour: view.contour },
      isPicked: pickedBy(view.picked, regionOf),
      width: layout.width,
      height: layout.height,
      scale,
    });
    return { ...drawn, data: Buffer.from(drawn.data.buffer) };
  });
  const { paper } = inkOf(dark);
  const canvas = sharp({
    create: {
      width: Math.round(width * scale),
      height: Math.round(height * scale),
      channels: 4,
      background: frame ? paper : { r: 0, g: 0, b: 0, alpha: 0 },
    },
  });
  const cortices = pictures.map(({ data, width: w, height: h }, k) => ({
    input: data,
    raw: { width: w, height: h, channels: 4 as const },
    left: Math.round(k * layout.width * scale),
    top: Math.round(layout.top * scale),
  }));
  const panels = layers.map((layer) => labelled(own, surfaces, regionOf, layer, view, layout));
  const words = frame ? [{ input: Buffer.from(frameSvg(panels, about, scale)), left: 0, top: 0 }] : [];
  return new Uint8Array(
    await canvas
      .composite([...cortices, ...words])
      .png()
      .toBuffer(),
  );
}

function bare(layers: readonly Layer[], { width, height }: FrameOptions) {
  return { width: Math.floor(width / layers.length), height, top: 0 };
}

/** The map of the view and the one beside it; or the prediction. */
async function loadLayers(
  { brain, encode }: BrainFolder,
  { view, stimulus }: RenderOptions,
): Promise<Layer[]> {
  const { manifest } = brain;
  const person = findPerson(manifest, view.person);
  const load = async (id: string) => {
    const map = manifest.maps.find((one) => one.id === id);
    if (map === undefined)
      throw new EncodingError(
        "option",
        `render: there is no map "${id}"; the brain has ${manifest.maps.map((one) => one.id).join(", ")}.`,
      );
    return loadLayer(brain, map, person);
  };
  const first =
    stimulus === undefined
      ? await load(view.map)
      : await predict(brain, await encode(view.model, stimulus), {
          model: view.model,
          person: view.person,
        }).then(({ responses, mask, targets }) =>
          predictionLayer(
            {
              title: "predicted response",
              values: responses.slice(0, targets),
              significant: null,
              trusted: mask,
              test: null,
            },
            manifest.presentation.unit,
          ),
        );
  return view.second === null ? [first] : [first, await load(view.second)];
}

function pickedBy(picked: string | null, regionOf: Int32Array): (target: number) => boolean {
  const place = Number(picked?.slice(1));
  if (picked === null) return () => false;
  return picked.startsWith("t") ? (t) => t === place : (t) => regionOf[t] === place;
}

/** Names of regions and sides, where the page has them. */
function labelled(
  { brain: { manifest } }: BrainFolder,
  surfaces: readonly Surface[],
  regionOf: Int32Array,
  layer: Layer,
  view: View,
  size: { readonly width: number; readonly height: number },
): FramePanel {
  const seen = new Map(
    surfaces.map((surface) => {
      const normals = {
        folded: vertexNormals(surface.folded, surface.faces),
        inflated: vertexNormals(surface.inflated, surface.faces),
      };
      return [surface, projectSurface(surface, normals, view.pose, size)] as const;
    }),
  );
  const project: Project = (surface, v) => {
    const projected = seen.get(surface);
    if (projected === undefined) return { x: 0, y: 0, shown: false, facing: false };
    const [x, y] = [projected.points[3 * v] as number, projected.points[3 * v + 1] as number];
    return { x, y, ...sightOf(surface, v, view.pose, projected) };
  };
  const names = manifest.regions.map(({ name }) => name);
  const who = manifest.people.find(({ id }) => id === view.person)?.label ?? view.person;
  return {
    layer,
    table: tableOf(layer, view.colours),
    caption: `${layer.title}, ${who}`,
    names: view.names ? placeNames(anchorsOf(surfaces, regionOf, names.length), names, project, size) : [],
    sides: placeSides(endsOf(surfaces), project, view.pose, size),
  };
}
