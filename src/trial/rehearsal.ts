import type { CompiledPhase } from '../schedule/types.js'
import { alternation } from '../search/modes/single-paths.js'
import type { Stepper } from '../search/state.js'
import { supernetStepper } from '../search/stepper.js'
import { taskCost } from '../supernet/cost.js'
import { SupernetModel } from '../supernet/model.js'
import { canPrune } from '../supernet/prune.js'
import { batching } from '../train/batching.js'
import { evaluate } from '../train/evaluate.js'
import type { Trial } from './types.js'

/** A clock in milliseconds. */
export type Milliseconds = () => number

/**
 * The clocks of a rehearsal. `busy` counts what the machine does for this process, so that a few short steps are
 * timed alike whatever else it does.
 */
export interface Clocks {
  readonly wall: Milliseconds
  readonly busy: Milliseconds
}

/** What parts of a search take, in seconds, measured on the supernet before anything is removed. */
export interface SearchTimes {
  /** A step through the whole supernet while gates move, and while they are held. */
  readonly moves: number
  readonly held: number
  /** A step in a single path; that of the whole supernet if the schedule has none. */
  readonly singlePath: number
  /** What the first steps after a removal take beyond their usual time: the passes are recorded anew. */
  readonly renewal: number
  /** Predicting one row. */
  readonly row: number
}

/** The most multiply-adds of a timed step, and of a timed evaluation: enough to measure, without a long wait. */
export const timedFlops = 3e8

/**
 * The first steps of a kind, which run by operations and are recorded, and the most that are timed. Steps that
 * take long take about as long from the beginning, so that a few of them are enough.
 */
const [first, most] = [3, 60]

/**
 * Times a few steps of each kind that a trial's search makes, an evaluation, and what comes after a removal, for
 * about `seconds`; longer, if a few steps take longer. Batches are smaller if the supernet is large. The
 * trained copy is discarded.
 */
export function rehearseSearch(trial: Trial, seconds: number, now: Milliseconds): SearchTimes {
  const { config, data, schedule, supernet } = trial
  const { search } = config
  const { train, validation } = data.splits
  const affordable = Math.floor(timedFlops / Math.max(1, taskCost(supernet).flops))
  const rows = Math.max(1, Math.min(search.batch, train.length, affordable))
  const options = { ...search, batch: rows, shards: 1 }
  const model = new SupernetModel(supernet, trial.relaxation, trial.random, search.gates.noise)
  const context = { ...trial, options, emit: () => undefined, save: () => undefined }
  const stepper = supernetStepper(model, data, context)
  const batches = batching(data, train, options, trial.random, 'search')
  const clocked = (work: () => void): number => {
    const start = now()
    work()
    return (now() - start) / 1000
  }
  const scale = search.batch / rows
  const times = { move: [] as number[], hold: [] as number[], singlePath: [] as number[] }
  const present = (['move', 'hold'] as const).filter((gates) => lengthOf(schedule.phases, gates) > 0)
  const step = (phase: CompiledPhase, i: number): number => {
    // First the iterations with the whole supernet, until one of them is replayed, then by turns.
    const offset = i <= first ? 2 * i : i
    const t = phase.from + (phase.from % 2) + (offset % Math.max(1, phase.to - phase.from))
    const into = alternation(model, phase, t).waits ? times.singlePath : times[phase.gates]
    const taken = clocked(() => {
      stepper.step(t, batches.at(i), phase)
    })
    into.push(taken)
    return taken
  }
  try {
    let spent = 0
    for (const gates of present) {
      // What takes long is about the same with gates and without.
      if (spent > seconds) continue
      const phase = phaseFor(schedule.phases, gates)
      const enough = ((present.indexOf(gates) + 1) / present.length) * seconds
      const least = (i: number) => i < first + 4 || (i < 2 * first + 4 && spent < 2 * enough)
      for (let i = 0; i < most && (spent < enough || least(i)); i++) spent += step(phase, i)
    }
    const [moves, held] = [usual(times.move), usual(times.hold)]
    const whole = { moves: (moves ?? held)! * scale, held: (held ?? moves)! * scale }
    const few = validation.length > 0 ? validation : train
    const shown = few.subarray(0, Math.max(1, Math.min(few.length, affordable, 1024)))
    const evaluations = Array.from({ length: 3 }, () =>
      clocked(() => void evaluate(stepper.network, data, shown, trial.metric)),
    )
    const pathTime = usual(times.singlePath)
    const usualStep = moves ?? held!
    return {
      ...whole,
      singlePath: pathTime === undefined ? whole.moves : pathTime * scale,
      row: Math.min(...evaluations) / shown.length,
      renewal: renewalOf(stepper, model, () => {
        const phase = phaseFor(schedule.phases, present[0]!)
        // Steps in which gates do not wait.
        return (
          clocked(() => {
            for (const i of [0, 2]) stepper.step(phase.from, batches.at(i), { ...phase, paths: 'all' })
          }) -
          2 * usualStep
        )
      }),
    }
  } finally {
    stepper.dispose()
    model.dispose()
  }
}

/** What the next steps take longer once a member was removed; 0 if there is none that may go. */
function renewalOf(stepper: Stepper, model: SupernetModel, after: () => number): number {
  for (const { name, members, keep } of model.supernet.groups) {
    const kept = members.slice(0, -1).map((member) => member.name)
    if (members.length <= keep.min || !canPrune(model.supernet, name, kept)) continue
    stepper.prune(name, kept)
    return Math.max(0, after())
  }
  return 0
}

const lengthOf = (phases: readonly CompiledPhase[], gates: CompiledPhase['gates']): number =>
  phases.reduce((sum, phase) => sum + (phase.gates === gates ? phase.to - phase.from : 0), 0)

/** The phase that stands for those whose gates move, or are held: one with single paths, if there is one. */
const phaseFor = (phases: readonly CompiledPhase[], gates: CompiledPhase['gates']): CompiledPhase => {
  const those = phases.filter((phase) => phase.gates === gates && phase.to > phase.from)
  return those.find(({ paths }) => paths === 'alternate') ?? those[0]!
}

/** The lower quartile of times, without the first ones if there are others; undefined of none. */
function usual(times: readonly number[]): number | undefined {
  const sorted = times.slice(Math.min(first, times.length - 1)).sort((a, b) => a - b)
  return sorted[Math.floor((sorted.length - 1) / 4)]
}
