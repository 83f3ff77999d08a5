import type { Figure } from "./figure.ts";
import { ceilingFigure } from "./figure-ceiling.ts";
import { alphaFigure, bandFigure } from "./figure-choices.ts";
import { partitionFigure } from "./figure-partition.ts";
import { partsFigure } from "./figure-parts.ts";
import { recoveryFigure } from "./figure-recovery.ts";
import { comparisonFigure, scoresFigure, uniqueFigure } from "./figure-scores.ts";
import type { StudyResult } from "./result.ts";

/** All figures that a record has data for, in reading order. Deterministic: same record, same text. */
export function drawFigures(result: StudyResult): readonly Figure[] {
  return [
    comparisonFigure(result),
    uniqueFigure(result),
    scoresFigure(result),
    partsFigure(result) ?? partitionFigure(result),
    ceilingFigure(result),
    recoveryFigure(result),
    alphaFigure(result),
    bandFigure(result),
  ].filter((figure) => figure !== null);
}
