import type { Rgb } from "./canvas.ts";
import type { Category } from "./scene.ts";

/** What a part is coloured with: the object's colour with its texture, a darker or lighter tone of it, or a fixed colour. */
export type Ink = "main" | "dark" | "light" | Rgb;

/** A part of an object in its own box: x and y from 0 to 1, y downwards. */
export type Part =
  | { readonly ellipse: readonly [number, number, number, number]; readonly ink: Ink }
  | { readonly polygon: readonly number[]; readonly ink: Ink };

const ellipse = (cx: number, cy: number, rx: number, ry: number, ink: Ink): Part => ({
  ellipse: [cx, cy, rx, ry],
  ink,
});
const polygon = (ink: Ink, ...points: number[]): Part => ({ polygon: points, ink });
const box = (x0: number, y0: number, x1: number, y1: number, ink: Ink): Part =>
  polygon(ink, x0, y0, x1, y0, x1, y1, x0, y1);

const dark: Rgb = [34, 32, 36];
const glass: Rgb = [176, 214, 232];
const bark: Rgb = [112, 78, 50];
const pane: Rgb = [252, 232, 160];
const eye: Rgb = [196, 222, 90];
const nose: Rgb = [226, 140, 140];

/** The parts of each category, drawn in this order: a later part hides an earlier one. */
export const shapes: Readonly<Record<Category, readonly Part[]>> = {
  cat: [
    polygon("dark", 0.7, 0.94, 0.88, 0.9, 0.94, 0.72, 0.9, 0.5, 1, 0.48, 1, 0.76, 0.94, 0.98, 0.74, 1),
    ellipse(0.48, 0.76, 0.32, 0.25, "main"),
    polygon("main", 0.2, 0.34, 0.17, 0.02, 0.42, 0.18),
    polygon("main", 0.76, 0.34, 0.79, 0.02, 0.54, 0.18),
    ellipse(0.48, 0.34, 0.31, 0.23, "main"),
    ellipse(0.48, 0.8, 0.15, 0.16, "light"),
    ellipse(0.34, 0.96, 0.11, 0.05, "light"),
    ellipse(0.62, 0.96, 0.11, 0.05, "light"),
    ellipse(0.36, 0.32, 0.065, 0.055, eye),
    ellipse(0.6, 0.32, 0.065, 0.055, eye),
    ellipse(0.36, 0.32, 0.026, 0.05, dark),
    ellipse(0.6, 0.32, 0.026, 0.05, dark),
    polygon(nose, 0.44, 0.41, 0.52, 0.41, 0.48, 0.46),
  ],
  dog: [
    polygon("dark", 0.02, 0.3, 0.08, 0.26, 0.22, 0.48, 0.16, 0.56),
    box(0.14, 0.6, 0.23, 1, "dark"),
    box(0.56, 0.6, 0.65, 1, "dark"),
    box(0.22, 0.62, 0.31, 1, "main"),
    box(0.64, 0.6, 0.73, 1, "main"),
    ellipse(0.4, 0.58, 0.28, 0.18, "main"),
    ellipse(0.62, 0.54, 0.15, 0.19, "main"),
    polygon("main", 0.56, 0.5, 0.6, 0.22, 0.8, 0.3, 0.74, 0.58),
    ellipse(0.73, 0.24, 0.14, 0.17, "main"),
    polygon("light", 0.78, 0.2, 0.98, 0.25, 0.98, 0.36, 0.78, 0.4),
    ellipse(0.97, 0.27, 0.035, 0.045, dark),
    polygon("dark", 0.6, 0.1, 0.7, 0.1, 0.68, 0.42, 0.58, 0.46, 0.54, 0.34),
    ellipse(0.79, 0.18, 0.028, 0.036, dark),
  ],
  car: [
    polygon("main", 0.18, 0.42, 0.3, 0.06, 0.68, 0.06, 0.82, 0.42),
    polygon(glass, 0.25, 0.42, 0.335, 0.14, 0.48, 0.14, 0.48, 0.42),
    polygon(glass, 0.52, 0.42, 0.52, 0.14, 0.645, 0.14, 0.75, 0.42),
    polygon("main", 0.01, 0.5, 0.06, 0.4, 0.86, 0.4, 0.98, 0.5, 0.99, 0.8, 0.01, 0.8),
    box(0.01, 0.7, 0.99, 0.8, "dark"),
    ellipse(0.95, 0.54, 0.03, 0.06, pane),
    ellipse(0.04, 0.54, 0.025, 0.05, [214, 52, 40]),
    ellipse(0.23, 0.8, 0.11, 0.2, dark),
    ellipse(0.77, 0.8, 0.11, 0.2, dark),
    ellipse(0.23, 0.8, 0.055, 0.1, [180, 182, 188]),
    ellipse(0.77, 0.8, 0.055, 0.1, [180, 182, 188]),
  ],
  house: [
    box(0.72, 0.06, 0.84, 0.36, [142, 84, 66]),
    box(0.08, 0.42, 0.92, 1, "main"),
    polygon([122, 62, 48], 0, 0.46, 0.5, 0.02, 1, 0.46),
    polygon([98, 48, 38], 0, 0.46, 0.02, 0.42, 0.98, 0.42, 1, 0.46),
    box(0.42, 0.66, 0.6, 1, [92, 62, 42]),
    ellipse(0.565, 0.84, 0.018, 0.018, pane),
    box(0.15, 0.54, 0.34, 0.74, "light"),
    box(0.68, 0.54, 0.87, 0.74, "light"),
    box(0.17, 0.56, 0.32, 0.72, glass),
    box(0.7, 0.56, 0.85, 0.72, glass),
    box(0.235, 0.56, 0.255, 0.72, "light"),
    box(0.765, 0.56, 0.785, 0.72, "light"),
  ],
  tree: [
    polygon(bark, 0.43, 0.6, 0.57, 0.6, 0.6, 0.96, 0.68, 1, 0.32, 1, 0.4, 0.96),
    ellipse(0.26, 0.46, 0.25, 0.2, "dark"),
    ellipse(0.74, 0.46, 0.25, 0.2, "dark"),
    ellipse(0.5, 0.5, 0.3, 0.19, "main"),
    ellipse(0.34, 0.32, 0.27, 0.22, "main"),
    ellipse(0.66, 0.32, 0.27, 0.22, "main"),
    ellipse(0.5, 0.2, 0.26, 0.2, "main"),
    ellipse(0.4, 0.17, 0.1, 0.07, "light"),
  ],
  boat: [
    box(0.475, 0.02, 0.515, 0.76, bark),
    polygon("light", 0.455, 0.1, 0.455, 0.68, 0.08, 0.68),
    polygon("main", 0.535, 0.04, 0.94, 0.68, 0.535, 0.68),
    polygon("main", 0, 0.74, 1, 0.74, 0.84, 0.98, 0.16, 0.98),
    polygon("dark", 0.1, 0.89, 0.9, 0.89, 0.84, 0.98, 0.16, 0.98),
    polygon([246, 246, 240], 0, 0.74, 1, 0.74, 0.97, 0.79, 0.03, 0.79),
  ],
  ball: [
    ellipse(0.5, 0.5, 0.49, 0.49, "main"),
    polygon("light", 0.04, 0.42, 0.96, 0.42, 0.98, 0.5, 0.96, 0.58, 0.04, 0.58, 0.02, 0.5),
    ellipse(0.33, 0.26, 0.11, 0.08, [255, 255, 255]),
  ],
  chair: [
    box(0.68, 0.62, 0.77, 0.94, "dark"),
    box(0.25, 0.62, 0.34, 0.94, "dark"),
    polygon("main", 0.06, 0.02, 0.2, 0.0, 0.3, 0.52, 0.14, 0.56),
    polygon("dark", 0.03, 0.54, 0.16, 0.54, 0.16, 1, 0.05, 1),
    box(0.82, 0.6, 0.93, 1, "dark"),
    polygon("main", 0.04, 0.56, 0.24, 0.46, 0.99, 0.48, 0.96, 0.62, 0.04, 0.66),
    polygon("dark", 0.04, 0.6, 0.96, 0.57, 0.96, 0.65, 0.04, 0.68),
  ],
};
