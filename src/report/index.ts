/** The record of a study in words, tables and figures.
 * @module report */
export { type Answer, answerStudy, answerText } from "./answer.ts";
export { boundNote } from "./equivalence.ts";
export type { Figure, LegendEntry } from "./figure.ts";
export { drawFigures } from "./figures.ts";
export { renderReport } from "./html.ts";
export type { ReportFile, ReportSurface, ReportVolume } from "./maps.ts";
export { partitionNotes } from "./partition-table.ts";
export { reliabilitySentence } from "./reliability.ts";
export type * from "./result.ts";
export type * from "./result-maps.ts";
export { writeReport } from "./write-report.ts";
