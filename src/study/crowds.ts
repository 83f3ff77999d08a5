import { type Responses, sliceCols, stackCols } from "../core/index.ts";
import { meanResponses } from "./ceilings.ts";
import type { StudyData, StudyPerson } from "./data.ts";

/** People for whom a model has the same features, and the place of these among `StudyData.stimuli`: they are fitted together. */
export interface Crowd {
  readonly stimuli: number;
  readonly people: readonly number[];
}

/** People by the features that they have in the spaces of a model: the same objects, not only the same numbers. */
export function crowdsOf({ people, stimuli }: StudyData, spaces: readonly number[]): Crowd[] {
  const crowds: { stimuli: number; people: number[] }[] = [];
  for (const [p, person] of people.entries()) {
    const of = (k: number, s: number) => stimuli[k]?.spaces[s];
    const same = crowds.find((own) => spaces.every((s) => of(own.stimuli, s) === of(person.stimuli, s)));
    if (same) same.people.push(p);
    else crowds.push({ stimuli: person.stimuli, people: [p] });
  }
  return crowds;
}

/** Columns [from, to) of one person's responses. */
export interface Member {
  readonly Y: Responses;
  readonly from: number;
  readonly to: number;
}

/** The people of a crowd that columns [from, to) belong to, with their part of them. */
export function membersOf(
  data: StudyData,
  { crowd, from, to }: { readonly crowd: Crowd; readonly from: number; readonly to: number },
): Member[] {
  let end = 0;
  return crowd.people.flatMap((p) => {
    const start = end;
    end += targetsOf(data, p);
    if (end <= from || start >= to) return [];
    const Y = wholeOf(data, p);
    return [{ Y, from: Math.max(0, from - start), to: Math.min(to, end) - start }];
  });
}

/** Columns of several people beside each other. */
export function sideBySide(members: readonly Member[]): Responses {
  return stackCols(members.map(({ Y, from, to }) => sliceCols(Y, from, to)));
}

/** Targets of a person. */
export function targetsOf(data: StudyData, person: number): number {
  return data.people[person]?.regionOf.length ?? 0;
}

const wholes = new WeakMap<StudyPerson, Responses>();

/** Responses of a person, made once however many plans are made. */
function wholeOf(data: StudyData, p: number): Responses {
  const person = data.people[p] as StudyPerson;
  const own = wholes.get(person) ?? meanResponses(data, person);
  wholes.set(person, own);
  return own;
}
