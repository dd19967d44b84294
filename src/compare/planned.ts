import { InputError } from '../base/errors.js'
import { sha256 } from '../base/hash.js'
import { checkConfig } from '../config/check-config.js'
import { ablated, type ComparisonDocument, type RivalName } from '../config/comparison-schema.js'
import type { Config } from '../config/config-schema.js'
import type { Locate } from '../config/validator.js'
import { packIn, portable, type Pack } from '../data/parcels.js'
import type { AnyPlanner } from '../planners/types.js'
import { relaxationIn } from '../setup/relaxation.js'
import { resolveSchedule } from '../setup/schedule-file.js'
import { presetOf } from '../setup/schedule-of.js'
import type { Relaxation } from '../supernet/relaxations/types.js'
import type { AnySpace } from '../supernet/space.js'
import { ablatedName, ablationsOf, type Ablation } from './ablation/variants.js'
import { laidOver, locateIn, type Layer } from './layers.js'
import { rivals } from './rivals/index.js'
import type { Place } from './types.js'

/** A trial of a comparison before it is set up. */
export interface PlannedTrial extends Place {
  /**
   * The hash of the resolved configuration, with presets and schedule files replaced by their documents, and
   * paths by the content and the name of what is there. Equal trials on equal data have equal keys, wherever
   * these lie.
   */
  readonly key: string
  readonly config: Config
  readonly rival?: RivalName
  /** What is taken from the schedule of the configuration, and the key of the trial that has all of it. */
  readonly ablation?: Ablation & { readonly of: string }
  /** What `grid` multiplies λ by, if the document says so. */
  readonly factors?: readonly number[]
}

/** What planning needs in addition to the document. */
export interface PlanOptions {
  /** The folder to which paths in the document are relative. */
  readonly folder: string
  readonly locate?: Locate | undefined
  readonly planners?: readonly AnyPlanner[] | undefined
  readonly spaces?: readonly AnySpace[] | undefined
  readonly relaxations?: readonly Relaxation[] | undefined
}

/**
 * The trials of a comparison in the order in which they run. All methods of one set, size and seed follow
 * each other, so that they can share a baseline. Files of data are read once in a process, for the keys.
 * Throws an InputError that names the place in the document if a configuration is wrong.
 */
export async function plannedTrials(
  document: ComparisonDocument,
  options: PlanOptions,
): Promise<PlannedTrial[]> {
  const pack = packIn(options.folder)
  const entries = Object.keys(document.sets).flatMap((set) =>
    document.sizes.map((size) =>
      methodsOn(document, set).flatMap((method) =>
        withAblations(entryOf(document, { set, size, method }, options), document, options),
      ),
    ),
  )
  const known = await Promise.all(entries.flat().map((entry) => withContent(entry, pack)))
  return seedsOf(document).flatMap((seed) =>
    known.map(({ config, hashed, ablation, ...rest }) => {
      const key = sha256(canonical({ ...hashed, seed }))
      const trial = { ...rest, seed, config: { ...config, seed } }
      if (!ablation) return { ...trial, key }
      return {
        ...trial,
        key: sha256(canonical({ ...hashed, seed, ablation })),
        ablation: { ...ablation, of: key },
      }
    }),
  )
}

type Entry = ReturnType<typeof entryOf> & { readonly ablation?: Ablation }

/**
 * An entry that is hashed with the content of files in place of their paths. Where one cannot be read, the
 * paths stay: who sets the trial up says what is wrong with it.
 */
async function withContent(entry: Entry, pack: Pack): Promise<Entry> {
  try {
    const { data, objective, benchmark } = (await portable(entry.config, pack)).config
    return { ...entry, hashed: { ...entry.hashed, data, objective, ...(benchmark && { benchmark }) } }
  } catch (error) {
    if (error instanceof InputError) return entry
    throw error
  }
}

/** An entry, followed by its ablations if it is the method to ablate. */
function withAblations(
  entry: Entry,
  { ablate }: ComparisonDocument,
  { folder, planners, spaces, relaxations }: PlanOptions,
): Entry[] {
  const { method, config } = entry
  if (ablate === undefined) return [entry]
  const { method: whole, parts } = ablated(ablate)
  if (method !== whole) return [entry]
  const schedule = presetOf(config, relaxationIn(config.relaxation, relaxations), spaces)
  const ablations = ablationsOf(resolveSchedule(schedule, folder, 'config.schedule', planners), parts)
  return [
    entry,
    ...ablations.map((ablation) => ({ ...entry, ablation, method: ablatedName(method, ablation) })),
  ]
}

/** The names of the methods that run on a set. */
export const methodsOn = ({ methods }: ComparisonDocument, set: string): string[] =>
  Object.entries(methods).flatMap(([name, method]) =>
    typeof method === 'string' || (method.sets?.includes(set) ?? true) ? [name] : [],
  )

/** The seeds of a comparison in their order; a number n stands for 1 to n. */
export const seedsOf = ({ seeds }: ComparisonDocument): readonly number[] =>
  typeof seeds === 'number' ? Array.from({ length: seeds }, (_, i) => i + 1) : seeds

/** A trial of a comparison with any seed: its configuration, and what of it its key is made of. */
export function entryOf(
  document: ComparisonDocument,
  place: Omit<Place, 'seed'>,
  { folder, locate, planners }: PlanOptions,
) {
  const method = document.methods[place.method]!
  const { rival, factors } = typeof method === 'string' ? {} : method
  const layers = layersOf(document, place)
  const config = checkConfig(laidOver(layers), locateIn(layers, locate))
  const whereIs = locateIn(layers)
  const written = (schedule: Config['schedule'], ...path: string[]) =>
    schedule === 'auto' ? schedule : resolveSchedule(schedule, folder, whereIs(path), planners)
  const { name: _, $schema: __, stages, plugins, ...rest } = config
  const hashed = {
    ...rest,
    // The name of a file and the order of its parts change nothing.
    plugins: plugins?.map((each) => (typeof each === 'string' ? each : each.sha256)),
    rival,
    factors,
    schedule: written(config.schedule, 'schedule'),
    stages: stages?.map((each, i) => ({
      ...each,
      schedule: written(each.schedule, 'stages', String(i), 'schedule'),
    })),
  }
  return { ...place, config, hashed, rival, factors }
}

function layersOf(
  { base, sets, methods, plugins }: ComparisonDocument,
  { set, size, method: name }: Omit<Place, 'seed'>,
): Layer[] {
  const given = methods[name]!
  const {
    rival,
    factors: _,
    sets: __,
    ...method
  } = typeof given === 'string' ? { schedule: given, rival: undefined } : { rival: undefined, ...given }
  const { prunes = false, schedule } = rival ? rivals[rival] : {}
  return [
    { place: ['base'], value: rival ? sharedWith(base, prunes) : base },
    { place: ['plugins'], value: plugins ? { plugins } : {} },
    { place: ['sets', set], value: sets[set]! },
    { place: ['sizes'], value: size === 'all' ? {} : { data: { limit: size } } },
    { place: ['methods', name], value: method },
    // A rival that does not search needs no schedule, and `auto` may require something that the set does not
    // have.
    { place: ['methods', name], value: rival ? { schedule: scheduleOf(method, schedule) } : {} },
  ]
}

/** What of the base holds for a rival: the budget only if it prunes, and no stages. */
function sharedWith(base: ComparisonDocument['base'], prunes: boolean): ComparisonDocument['base'] {
  const { budget, stages: _, schedule: __, ...rest } = base
  return prunes && budget !== undefined ? { ...rest, budget } : rest
}

/** The schedule of a rival: none, or if it searches under one, that of its method or its usual one. */
const scheduleOf = (method: { schedule?: unknown }, usual: string | undefined): unknown =>
  usual === undefined ? 'none' : (method.schedule ?? usual)

/** JSON with the keys of objects sorted, so that equal values give equal texts. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, each: unknown) =>
    typeof each === 'object' && each !== null && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)))
      : each,
  )
