import type { Config } from './config-schema.js'
import type { Intervention } from './intervention-schema.js'
import type { Json } from './schema-parts.js'

/** Keys of a configuration that may change during its run; `*` stands for all keys below. */
export const changeable = [
  'search.weights.learningRate',
  'search.weights.minLearningRate',
  'search.weights.decay',
  'search.weights.clipNorm',
  'search.gates.travel',
  'search.rollback.*',
  'search.earlyStop.*',
  'search.alarms.*',
  'retrain.*',
  'criteria.*',
] as const

/** The reasons why other keys may not change. The first whose text begins the key applies. */
const reasons: readonly (readonly [string, string])[] = [
  ['retrain.preset', 'it stands for many keys, of which the run has its own'],
  ['search.steps', 'the schedule is laid out over all iterations'],
  ['search.evaluateEvery', 'members are judged when it looks'],
  ['search.average', 'its average is of all iterations'],
  ['search.epochs', 'the schedule is laid out over all iterations'],
  ['search.batch', 'the schedule is laid out over all iterations'],
  ['search.shards', 'batch statistics would be others'],
  ['search.weights.', 'the optimizer’s state is of it'],
  ['search', 'the search began with it'],
  ['data', 'the weights were trained on these rows'],
  ['split', 'the weights were trained on these rows'],
  ['supernet', 'weights and gates are of it'],
  ['relaxation', 'gates are of it'],
  ['schedule', 'the λ that was used came from it'],
  ['budget', 'the λ that was used came from it'],
  ['objective', 'evaluations are compared by it'],
  ['seed', 'every random number follows from it'],
  ['backend', 'it rounds otherwise'],
  ['relaxedSimd', 'it rounds otherwise'],
]

/** Whether a key may change during a run. */
export const isChangeable = (what: string): boolean =>
  what !== 'retrain.preset' &&
  changeable.some(
    (key) => what === key.replace('.*', '') || (key.endsWith('*') && what.startsWith(key.slice(0, -1))),
  )

/** The reason why a key may not change. */
export const whyNot = (what: string): string =>
  reasons.find(([key]) => what.startsWith(key))?.[1] ?? 'the run began with it'

/** Keys that are read in every iteration of the search; all others are read after the search. */
const duringSearch = /^(search\.|lambda\.|pace$)/

/** The interventions that concern retraining and criteria, which follow the search. */
export const behindSearch = (interventions: readonly Intervention[]): Intervention[] =>
  interventions.filter(({ what }) => !duringSearch.test(what))

/** Returns a part of a configuration with the changes of interventions. `root` is the path of the part. */
export function withInterventions<T extends object>(
  part: T,
  interventions: readonly Intervention[],
  root: readonly string[] = [],
): T {
  const changes = interventions
    .map(({ what, to }) => ({ keys: what.split('.'), to }))
    .filter(
      ({ keys }) =>
        keys[0] !== 'lambda' && keys[0] !== 'pace' && root.every((key, depth) => keys[depth] === key),
    )
  if (changes.length === 0) return part
  const changed = structuredClone(part)
  for (const { keys, to } of changes) assign(changed, keys.slice(root.length), to)
  return changed
}

/** Sets a value at a path, or removes it for null. Creates missing parents. */
function assign(target: object, [key, ...more]: readonly string[], value: unknown): void {
  const slots = target as Record<string, unknown>
  if (more.length > 0) return assign((slots[key!] ??= {}), more, value)
  if (value === null) delete slots[key!]
  else slots[key!] = structuredClone(value)
}

/** The value at a path of a configuration; null if there is none. */
export function settingAt(config: Config, path: readonly string[]): Json {
  const setting = path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined,
    config,
  )
  return (setting ?? null) as Json
}
