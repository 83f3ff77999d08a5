/** How the cortex is looked at. Angles in degrees. */
export interface Pose {
  /** 0 folded, 1 inflated, 2 flat. */
  readonly morph: number;
  /** How far each hemisphere is turned outwards: 90 shows both lateral sides, −90 both medial sides, 0 is the natural place. */
  readonly open: number;
  /** Around the vertical axis; 0 looks from the back to the front. */
  readonly yaw: number;
  /** 90 looks from above. */
  readonly pitch: number;
  readonly zoom: number;
  /** Moved in the plane of the screen, mm. */
  readonly panX: number;
  readonly panY: number;
  /** Which hemispheres are drawn. */
  readonly show: "both" | "left" | "right";
}

export const startPose: Pose = {
  morph: 0.35,
  open: 90,
  yaw: 0,
  pitch: 8,
  zoom: 1,
  panX: 0,
  panY: 0,
  show: "both",
};

/** Views that a button leads to. */
export const views = {
  lateral: { open: 90, yaw: 0, pitch: 8 },
  medial: { open: -90, yaw: 0, pitch: 0 },
  top: { open: 0, yaw: 0, pitch: 90 },
  below: { open: 0, yaw: 0, pitch: -90 },
  back: { open: 0, yaw: 0, pitch: 0 },
  front: { open: 0, yaw: 180, pitch: 0 },
} as const;

export type ViewName = keyof typeof views;

/** A 3 × 4 affine map, row-major. */
export type Affine = Float64Array;

/** How far hemispheres are turned: towards the flat map they always turn their lateral sides to the viewer. */
export function openOf({ open, morph }: Pose): number {
  const flat = Math.max(0, morph - 1);
  return (1 - flat) * open + flat * 90;
}

/** Where a hemisphere stands in the world: turned by `open`, moved apart as far as it must.
 * @param stacked one above the other instead of side by side, for narrow windows. */
export function placeHemisphere(side: -1 | 0 | 1, pose: Pose, stacked: boolean): Affine {
  const turned = openOf(pose);
  const angle = (-side * turned * Math.PI) / 180;
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  const wide = Math.abs(Math.sin((turned * Math.PI) / 180));
  const inflated = Math.min(1, pose.morph);
  const flat = Math.max(0, pose.morph - 1);
  // turned around its own middle, 34 mm from the midline
  const middle = 34 * side;
  const apart =
    side * (middle * side * (1 - wide) + 92 * wide + 9 * inflated * (1 - wide) + flat * 34 * wide);
  const [x, z] = stacked && wide > 0.5 ? [0, -side * (66 + 34 * flat) * wide] : [apart, 0];
  return Float64Array.of(c, -s, 0, x - c * middle, s, c, 0, -s * middle, 0, 0, 1, z);
}

/** Bring angles and zoom back into their ranges. */
export function clampPose(pose: Pose): Pose {
  const yaw = Math.abs(pose.yaw) <= 180 ? pose.yaw : ((((pose.yaw + 180) % 360) + 360) % 360) - 180;
  return {
    ...pose,
    morph: Math.min(2, Math.max(0, pose.morph)),
    open: Math.min(90, Math.max(-90, pose.open)),
    yaw,
    pitch: Math.min(90, Math.max(-90, pose.pitch)),
    zoom: Math.min(12, Math.max(0.5, pose.zoom)),
  };
}
