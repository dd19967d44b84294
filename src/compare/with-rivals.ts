import { InputError } from '../base/errors.js'
import type { ComparisonDocument, RivalName } from '../config/comparison-schema.js'
import type { Locate } from '../config/validator.js'
import { readDataset } from '../data/read-dataset.js'
import type { Dataset } from '../data/types.js'
import type { Extensions } from '../setup/setup-trial.js'
import { entryOf } from './planned.js'
import { rivals } from './rivals/index.js'

type Method = ComparisonDocument['methods'][string]

interface Where extends Extensions {
  /** The folder to which paths in the document are relative. */
  readonly folder: string
  readonly locate?: Locate | undefined
}

/**
 * A comparison's document with the rivals that its key `rivals` asks for among its methods, behind its own.
 * `auto` adds those that every comparison has, each on the sets that it suits. A method of the same name, or
 * one that runs the same rival on all sets, takes the place of a rival. Throws an InputError if a rival is
 * named that does not suit a set, and if the preregistration names one that suits none.
 */
export async function withRivals(document: ComparisonDocument, where: Where): Promise<ComparisonDocument> {
  const { rivals: asked, methods, preregistered } = document
  const names = namesOf(asked).filter((name) => !stands(methods, name))
  if (names.length === 0) return document
  const data = await datasetsOf(document, where)
  const added = names.flatMap((name): [string, Method][] => {
    const reasons = [...data].map(([set, dataset]) => ({ set, reason: rivals[name].refuses?.(dataset) }))
    const refused = reasons.find(({ reason }) => reason !== undefined)
    if (!refused) return [[name, { rival: name }]]
    if (asked !== 'auto')
      throw new InputError(
        `comparison.rivals: ${name}: ${refused.reason} (${refused.set}); a method with rival: ${name} may name its sets`,
      )
    const sets = reasons.flatMap(({ set, reason }) => (reason === undefined ? [set] : []))
    return sets.length > 0 ? [[name, { rival: name, sets }]] : []
  })
  const all = { ...methods, ...Object.fromEntries(added) }
  for (const key of ['method', 'against'] as const)
    if (preregistered && !(preregistered[key] in all))
      throw new InputError(
        `comparison.preregistered.${key}: expected one of ${Object.keys(all).join(', ')}, got ${preregistered[key]}, which suits none of the sets`,
      )
  return { ...document, methods: all }
}

function namesOf(asked: ComparisonDocument['rivals']): readonly RivalName[] {
  if (asked === 'none') return []
  if (asked !== 'auto') return asked
  return (Object.keys(rivals) as RivalName[]).filter((name) => rivals[name].byDefault)
}

/** Whether a method stands for a rival: by its name, or because it runs it everywhere. */
const stands = (methods: ComparisonDocument['methods'], rival: RivalName): boolean =>
  rival in methods ||
  Object.values(methods).some(
    (method) => typeof method !== 'string' && method.rival === rival && Object.keys(method).length === 1,
  )

/** The data of each set, as they are read. */
async function datasetsOf(
  document: ComparisonDocument,
  { folder, locate, readers, given }: Where,
): Promise<ReadonlyMap<string, Dataset>> {
  const method = 'unpruned'
  const one = { ...document, methods: { [method]: { rival: method } as const } }
  const size = document.sizes[0]!
  const datasets = new Map<string, Dataset>()
  for (const set of Object.keys(document.sets)) {
    const { config } = entryOf(one, { set, size, method }, { folder, locate })
    try {
      datasets.set(set, await readDataset(config, folder, readers, given))
    } catch (error) {
      if (error instanceof InputError) throw new InputError(`${error.message} (${set})`)
      throw error
    }
  }
  return datasets
}
