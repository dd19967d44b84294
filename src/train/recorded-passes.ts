import { passBudget } from '../backend/limits.js'
import { currentDevice } from '../backend/devices/index.js'
import {
  NotRecordable,
  type Recorder,
  type Rehearsed,
  type Tape,
  type Workspaces,
} from '../backend/recorder.js'
import { bytesOfTapes } from '../backend/tape-bytes.js'
import type { Graph } from '../nn/graph.js'
import type { PassObserver } from '../nn/profile.js'
import { rolesOf } from './feeds.js'
import { isNothing, noGradients, oneAfterAnother, shardGradients } from './gradients.js'
import type { PassNetwork } from './network.js'
import { end, feed, isInPlace, lend, record, rehearse, type Take } from './recorded-take.js'
import type { ShardExecutor, ShardGradients, ShardWork, Tap } from './shard.js'

/**
 * The most kinds of passes, and the most bytes of recordings, that are kept. Beyond that, those that were
 * used longest ago are freed. Besides them, a pass of the same size must fit that runs by operations.
 */
const mostKinds = 8
const mostBytes = (): number => passBudget() * 0.4

/**
 * The most recordings of one kind. While the gradients of one are lent, another one is made. There are few,
 * because each has a tape and gradients of its own.
 */
const mostTakes = 2

/** If a kind of pass has lost more recordings than this, it is not recorded any more. */
const mostLost = 3

/**
 * Passes that differ only in their numbers: they have the same network, number of rows, losses and wanted
 * gradients.
 */
interface Kind {
  readonly graph: Graph
  readonly work: ShardWork
  rehearsed: Rehearsed | undefined
  takes: Take[]
  /** How often a recording was given up, because its weights had moved or to make room. */
  lost: number
  /** The reason why its passes are not recorded. */
  refused: string | undefined
}

export interface RecordingHooks {
  /** Called once for each kind of pass that runs by operations, with the reason. */
  readonly refused?: (reason: string) => void
  /** Called instead of `tape.replay()`, which it has to replace; for example to time it. */
  readonly replay?: (tape: Tape) => void
  /** Called after every instruction that runs by operations. */
  readonly observe?: PassObserver | undefined
}

/**
 * Computes the gradients of shards. The first pass of a kind runs by operations. So does the second, but each
 * call of a kernel is recorded. From the third one on, all these calls are replayed at once. Without
 * a recorder, and if a pass cannot be recorded, passes run by operations. The results are the same, bit
 * for bit. It owns the memory of its recordings; dispose it.
 */
export class RecordedPasses {
  #kinds: Kind[] = []
  /**
   * The recordings' workspaces. As they are replayed one after another, all share one if it is large enough.
   */
  #workspaces: { readonly recorder: Recorder; readonly spaces: Workspaces } | undefined
  readonly #hooks: RecordingHooks

  constructor(hooks: RecordingHooks = {}) {
    this.#hooks = hooks
  }

  /** Like `shardGradients`, but the result may be lent. */
  gradients(network: PassNetwork, work: ShardWork): ShardGradients {
    const { recorder } = currentDevice()
    if (!recorder || recorder.active) return this.#byOperations(network, work)
    if (isNothing(work)) return noGradients()
    const kind = this.#kindOf(network.graph, work)
    if (kind.refused !== undefined) return this.#byOperations(network, work)
    try {
      if (kind.rehearsed) return this.#recorded(recorder, kind, kind.rehearsed, network, work)
      const { result, rehearsed } = rehearse(recorder, network, work)
      kind.rehearsed = rehearsed
      return result
    } catch (error) {
      if (!(error instanceof NotRecordable)) throw error
      this.#refuse(kind, error.reason)
      return this.#byOperations(network, work)
    }
  }

  dispose(): void {
    for (const kind of this.#kinds) endAll(kind)
    this.#kinds = []
  }

  #byOperations(network: PassNetwork, work: ShardWork): ShardGradients {
    return shardGradients(network, work, this.#hooks.observe)
  }

  /** The kind of a pass, which becomes the most recently used one. */
  #kindOf(graph: Graph, work: ShardWork): Kind {
    const [first] = this.#kinds
    if (first && isOf(first, graph, work)) return first
    const known = this.#kinds.find((kind) => isOf(kind, graph, work))
    const fresh = { rehearsed: undefined, takes: [], lost: 0, refused: undefined }
    const kind = known ?? { graph, work: withoutBatch(work), ...fresh }
    this.#kinds = [kind, ...this.#kinds.filter((other) => other !== kind)]
    this.#kinds.splice(mostKinds).forEach(endAll)
    return kind
  }

  #recorded(
    recorder: Recorder,
    kind: Kind,
    rehearsed: Rehearsed,
    network: PassNetwork,
    work: ShardWork,
  ): ShardGradients {
    const moved = kind.takes.filter((take) => !take.lent && !isInPlace(recorder, take, network))
    for (const take of moved) {
      kind.takes = kind.takes.filter((other) => other !== take)
      end(take)
      kind.lost += 1
      if (kind.lost > mostLost) throw new NotRecordable('weights that lie elsewhere at each step')
    }
    const known = kind.takes.find(({ lent }) => !lent)
    if (known) {
      feed(known, network, work)
      if (this.#hooks.replay) this.#hooks.replay(known.tape)
      else known.tape.replay()
      return lend(known)
    }
    if (kind.takes.length >= mostTakes) return this.#byOperations(network, work)
    const least = rehearsed.leastBytes()
    this.#makeRoom(kind, least > mostBytes() ? { exclusive: least, shared: 0 } : rehearsed.bytes())
    const take = record(recorder, rehearsed, network, work, this.#workspacesOf(recorder))
    kind.takes.push(take)
    return lend(take)
  }

  /**
   * Frees recordings of other kinds, beginning with those that were used longest ago, until there is room for
   * one that takes so many bytes. Throws NotRecordable if there is still too little; at once, if there would
   * be even without the others.
   */
  #makeRoom(kind: Kind, more: { readonly exclusive: number; readonly shared: number }): void {
    const taken = () => {
      const { all, largestWorkspace } = bytesOfTapes(
        this.#kinds.flatMap(({ takes }) => takes.map(({ tape }) => tape)),
      )
      return all + more.exclusive + (largestWorkspace < more.shared ? more.shared : 0)
    }
    const reason = `passes of ${Math.ceil((more.exclusive + more.shared) / 2 ** 20)} MB, of which too few fit into memory`
    if (more.exclusive + more.shared > mostBytes()) throw new NotRecordable(reason)
    for (const other of [...this.#kinds].reverse()) {
      if (taken() <= mostBytes()) return
      if (other === kind || other.takes.length === 0) continue
      endAll(other)
      other.lost += 1
      if (other.lost > mostLost) this.#refuse(other, reason)
    }
    if (taken() > mostBytes()) throw new NotRecordable(reason)
  }

  #workspacesOf(recorder: Recorder): Workspaces {
    if (this.#workspaces?.recorder !== recorder)
      this.#workspaces = { recorder, spaces: recorder.workspaces() }
    return this.#workspaces.spaces
  }

  #refuse(kind: Kind, reason: string): void {
    endAll(kind)
    kind.refused = reason
    this.#hooks.refused?.(reason)
  }
}

/**
 * The given executor. If there is none, one that computes shard after shard in this thread by recorded
 * passes. Dispose it after use.
 */
export function executorOf(given: ShardExecutor | undefined): {
  readonly execute: ShardExecutor
  dispose(): void
} {
  if (given) return { execute: given, dispose: () => undefined }
  const passes = new RecordedPasses()
  return {
    execute: oneAfterAnother((network, work) => passes.gradients(network, work)),
    dispose: () => passes.dispose(),
  }
}

const endAll = (kind: Kind): void => {
  kind.takes.splice(0).forEach(end)
}

/** The work of a pass without its batch: that is what kinds compare. */
const withoutBatch = (work: ShardWork): ShardWork => ({
  ...work,
  shard: {
    ...work.shard,
    inputs: nothing,
    targets: nothing,
    ...(work.shard.taught && { taught: nothing }),
    ...(work.shard.probe && { probe: nothing }),
  },
})
const nothing = new Float32Array(0)

function isOf(kind: Kind, graph: Graph, work: ShardWork): boolean {
  const { shard, share, lossWeights, wanted, taps = [], draws } = kind.work
  return (
    kind.graph === graph &&
    shard.rows === work.shard.rows &&
    share === work.share &&
    lossWeights.loss === work.lossWeights.loss &&
    isSame(rolesOf(lossWeights), rolesOf(work.lossWeights)) &&
    isSame(wanted.weights, work.wanted.weights) &&
    isSame(wanted.alphas, work.wanted.alphas) &&
    (shard.soft ?? false) === (work.shard.soft ?? false) &&
    (shard.taught === undefined) === (work.shard.taught === undefined) &&
    lossWeights.distillation?.share === work.lossWeights.distillation?.share &&
    lossWeights.distillation?.temperature === work.lossWeights.distillation?.temperature &&
    (shard.probe === undefined) === (work.shard.probe === undefined) &&
    areSameTaps(taps, work.taps ?? []) &&
    draws?.purpose === work.draws?.purpose
  )
}

/** Whether the same terms act on the same nodes, with whatever λ. */
const areSameTaps = (a: readonly Tap[], b: readonly Tap[]): boolean =>
  a.length === b.length &&
  a.every(
    ({ node, terms }, i) =>
      node === b[i]!.node &&
      terms.length === b[i]!.terms.length &&
      terms.every(({ action }, k) => action === b[i]!.terms[k]!.action),
  )

const isSame = (a: readonly string[], b: readonly string[]): boolean =>
  a === b || (a.length === b.length && a.every((each, i) => each === b[i]))
