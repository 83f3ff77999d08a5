import { drawing } from "../../../src/simulator/view/look.ts";

const { ambient, lights, depth, sulcusOfMap, picked } = drawing;
const float = (x: number) => x.toFixed(4);
const vec3 = (x: readonly number[]) => `vec3(${x.map(float).join(", ")})`;
const light = ({ from, strength, unit }: (typeof lights)[number]) =>
  `${float(strength)} * max(0.0, dot(n, ${unit ? `normalize(${vec3(from)})` : vec3(from)}))`;
const inSulcus = `smoothstep(${depth.map(float).join(", ")}, vShade)`;

/** One pass: three shapes of the surface are mixed, two lights, sulci darker, the map over them, contours one and two pixels wide. */
export const vertexShader = /* glsl */ `
attribute vec3 inflated;
attribute vec2 flatAt;
attribute vec3 inflatedNormal;
attribute float shade;
attribute vec3 shown; // value × visible, visible, trusted
attribute float significant;
attribute vec4 code;
attribute float picked;
uniform float morph;
uniform vec3 flatMiddle;
uniform float side;
varying vec3 vNormal;
varying float vShade;
varying vec3 vShown;
varying float vSignificant;
varying vec4 vCode;
varying float vPicked;
void main() {
  float toInflated = clamp(morph, 0.0, 1.0);
  float toFlat = clamp(morph - 1.0, 0.0, 1.0);
  vec3 solid = mix(position, inflated, toInflated);
  // the flat map stands upright with its lateral side outwards, as the hemisphere itself does
  vec3 plane = flatMiddle + vec3(0.0, side * flatAt.x, flatAt.y);
  vec3 place = mix(solid, plane, toFlat);
  vec3 n = mix(mix(normal, inflatedNormal, toInflated), vec3(side, 0.0, 0.0), toFlat);
  vNormal = normalize(mat3(modelViewMatrix) * n);
  vShade = shade;
  vShown = shown;
  vSignificant = significant;
  vCode = code;
  vPicked = picked;
  gl_Position = projectionMatrix * modelViewMatrix * vec4(place, 1.0);
}`;

export const fragmentShader = /* glsl */ `
uniform sampler2D colours;
uniform vec2 range;
uniform float outlines;
uniform float contour;
uniform float pixel;
uniform vec3 gyrus;
uniform vec3 sulcus;
uniform vec3 ink;
uniform vec3 halo;
uniform float morph;
varying vec3 vNormal;
varying float vShade;
varying vec3 vShown;
varying float vSignificant;
varying vec4 vCode;
varying float vPicked;
float edge(float x, float width) {
  float slope = fwidth(x);
  if (slope < 1e-5) return 0.0;
  return 1.0 - smoothstep(width - 0.5, width + 0.5, abs(x - 0.5) / slope);
}
void main() {
  vec3 n = normalize(vNormal);
  if (!gl_FrontFacing) n = -n;
  float lit = ${float(ambient)} + ${lights.map(light).join(" + ")};
  lit = mix(lit, 1.0, clamp(morph - 1.0, 0.0, 1.0));
  vec3 base = mix(gyrus, sulcus, ${inSulcus});
  vec3 colour = base;
  if (vShown.y > 0.5) {
    float share = (vShown.x / vShown.y - range.x) / (range.y - range.x);
    vec3 mapped = texture2D(colours, vec2(clamp(share, 0.002, 0.998), 0.5)).rgb;
    mapped *= mix(1.0, ${float(sulcusOfMap)}, ${inSulcus});
    if (vShown.z < 0.5 * vShown.y) {
      // not to be trusted: grey with a trace of the colour, hatched
      float stripe = step(0.5, fract((gl_FragCoord.x + gl_FragCoord.y) / (8.0 * pixel)));
      mapped = mix(mix(base, vec3(dot(mapped, vec3(0.3, 0.5, 0.2))), 0.25), base * 0.82, stripe * 0.6);
    }
    colour = mapped;
  }
  colour *= lit;
  if (outlines > 0.5) {
    float line = max(max(edge(vCode.x, pixel), edge(vCode.y, pixel)), max(edge(vCode.z, pixel), edge(vCode.w, pixel)));
    colour = mix(colour, ink, 0.75 * line);
  }
  if (contour > 0.5) {
    colour = mix(colour, halo, edge(vSignificant, 2.2 * pixel));
    colour = mix(colour, ink, edge(vSignificant, 1.0 * pixel));
  }
  float ring = edge(vPicked, 2.6 * pixel);
  colour = mix(colour, halo, ring);
  colour = mix(colour, ${vec3(picked)}, edge(vPicked, 1.5 * pixel));
  gl_FragColor = vec4(colour, 1.0);
}`;
