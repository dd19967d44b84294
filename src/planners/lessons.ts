/** The properties of a search's data and space by which it is compared with other searches. */
export interface Traits {
  readonly space: string
  readonly task: 'classification' | 'regression'
  /** The hashes of the data and of the base schedule. */
  readonly data: string
  readonly base: string
  /** The numbers of rows, of values in an example, and of classes or outputs. */
  readonly sizes: readonly number[]
}

/** What a planner found in a finished run. Plain JSON. */
export interface Lesson {
  readonly run: string
  readonly planner: string
  readonly traits: Traits
  /** The loss according to the run's metric on validation; lower is better. */
  readonly loss: number
  /** The finding in the planner's own form. */
  readonly found: unknown
}

/**
 * The distance of two searches: the sum of the absolute log ratios of their sizes. Infinite if space, task or
 * base differ.
 */
export function distance(a: Traits, b: Traits): number {
  if (a.space !== b.space || a.task !== b.task || a.base !== b.base || a.sizes.length !== b.sizes.length)
    return Infinity
  return a.sizes.reduce((sum, size, i) => sum + Math.abs(Math.log(size / b.sizes[i]!)), 0)
}

/** The best lesson of each data set, ordered by similarity of the data, at most `count`. */
export function chooseLessons(lessons: readonly Lesson[], traits: Traits, count: number): Lesson[] {
  const best = new Map<string, Lesson>()
  for (const lesson of lessons) {
    const known = best.get(lesson.traits.data)
    if (!known || lesson.loss < known.loss) best.set(lesson.traits.data, lesson)
  }
  return [...best.values()]
    .map((lesson) => ({ lesson, far: distance(lesson.traits, traits) }))
    .filter(({ far }) => far < Infinity)
    .sort((a, b) => a.far - b.far || (a.lesson.run < b.lesson.run ? -1 : 1))
    .slice(0, count)
    .map(({ lesson }) => lesson)
}
