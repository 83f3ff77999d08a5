import {
  LinearFilter,
  Mesh,
  NoBlending,
  type OrthographicCamera,
  PlaneGeometry,
  type Scene,
  ShaderMaterial,
  type WebGLRenderer,
  WebGLRenderTarget,
} from "three";
import type { Easel } from "./pace.ts";

/** What of the scene is drawn. */
export interface Choice {
  /** How often the surfaces are coarsened for a draft; null: the whole picture. */
  readonly draft: number | null;
  /** The piece of each surface's triangles, shares. */
  readonly from: number;
  readonly to: number;
}

const all = { from: 0, to: 1 } as const;

/** Pictures of a scene, smoothed by four samples a pixel beside the canvas and laid onto it when they are whole; drafts straight onto it.
 * @param prepare is told before each drawing what of the scene is wanted. */
export function openEasel(
  renderer: WebGLRenderer,
  scene: Scene,
  camera: OrthographicCamera,
  prepare: (choice: Choice) => void,
) {
  const gl = renderer.getContext() as WebGL2RenderingContext;
  const samples = Math.min(4, renderer.capabilities.maxSamples);
  const target = new WebGLRenderTarget(1, 1, {
    samples,
    minFilter: LinearFilter,
    magFilter: LinearFilter,
    resolveDepthBuffer: false,
  });
  const sheet = new Mesh(
    new PlaneGeometry(2, 2),
    new ShaderMaterial({
      vertexShader: "void main() { gl_Position = vec4(position.xy, 0.0, 1.0); }",
      fragmentShader:
        "uniform sampler2D picture; void main() { gl_FragColor = texelFetch(picture, ivec2(gl_FragCoord.xy), 0); }",
      uniforms: { picture: { value: target.texture } },
      blending: NoBlending,
      depthTest: false,
      depthWrite: false,
    }),
  );
  sheet.frustumCulled = false;
  const draw = (choice: Choice, isFirst: boolean) => {
    prepare(choice);
    renderer.autoClear = isFirst;
    renderer.render(scene, camera);
    renderer.autoClear = true;
  };
  const drawBeside = (choice: Choice, isFirst: boolean) => {
    target.setSize(renderer.domElement.width, renderer.domElement.height);
    renderer.setRenderTarget(target);
    draw(choice, isFirst);
    renderer.setRenderTarget(null);
  };
  const show = () => renderer.render(sheet, camera);
  const easel: Easel = {
    whole: () => {
      drawBeside({ draft: null, ...all }, true);
      show();
    },
    draft: (level) => draw({ draft: level, ...all }, true),
    piece: (k, of) => drawBeside({ draft: null, from: k / of, to: (k + 1) / of }, k === 0),
    show,
    fence: () => {
      const sync = gl.fenceSync(gl.SYNC_GPU_COMMANDS_COMPLETE, 0);
      gl.flush();
      return () => {
        if (sync === null || gl.isContextLost()) return true;
        if (gl.getSyncParameter(sync, gl.SYNC_STATUS) !== gl.SIGNALED) return false;
        gl.deleteSync(sync);
        return true;
      };
    },
  };
  return {
    ...easel,
    close: () => {
      target.dispose();
      sheet.geometry.dispose();
      sheet.material.dispose();
    },
  };
}
