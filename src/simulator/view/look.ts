/** Numbers that the page's shader and the picture without a screen draw by. Colours are shares of full light, directions are the camera's. */
export const drawing = {
  /** Borders of regions and the contour. */
  ink: [0.08, 0.08, 0.1],
  /** Beside the contour. */
  halo: [1, 1, 1],
  /** What is picked. */
  picked: [0.84, 0.1, 0.45],
  /** Cortex without a value. */
  grey: { light: { gyrus: 0.87, sulcus: 0.66 }, dark: { gyrus: 0.62, sulcus: 0.4 } },
  /** Everywhere, and of two lights; the flat map is lit evenly. */
  ambient: 0.36,
  lights: [
    { from: [-0.35, 0.55, 0.75], strength: 0.52, unit: true },
    { from: [0.55, -0.1, 0.6], strength: 0.22, unit: false },
  ],
  /** Depth of a sulcus from and to which the grey changes. */
  depth: [0.25, 0.75],
  /** How much darker a map is in a sulcus. */
  sulcusOfMap: 0.86,
} as const;

/** Switches of drawing that are no part of the map. */
export interface Look {
  readonly dark: boolean;
  readonly outlines: boolean;
  readonly contour: boolean;
}
