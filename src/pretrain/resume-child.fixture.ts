import type { ObjectiveName } from "./objectives.ts";
import { trainSmall } from "./resume.fixture.ts";

/** A process that is to be killed: trains into a folder, two passes a step. */
const [objective, folder] = process.argv.slice(2) as [ObjectiveName, string];
await trainSmall(objective, folder, { accumulate: 2, steps: 24 });
