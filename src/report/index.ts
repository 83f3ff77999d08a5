/** The record of a study in words, tables and figures.
 * @module report */
export { answerStudy, answerText } from "./answer.ts";
export type * from "./result.ts";
export { writeReport } from "./write-report.ts";
