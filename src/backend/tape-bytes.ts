import type { Tape } from './recorder.js'

/** What of a tape its bytes are made of. */
type Sizes = Pick<Tape, 'ownBytes' | 'keptBytes' | 'passingBytes' | 'workspace'>

/** The memory that tapes take together, in bytes. */
export interface TapeBytes {
  /** Their own blocks and their workspaces. */
  readonly all: number
  /** The part of it that tensors take; the rest is calls, constants and scratch memory. */
  readonly tensors: number
  /** The largest of their workspaces; 0 if there is none. */
  readonly largestWorkspace: number
}

/**
 * Adds up what tapes take. A workspace that several of them share counts once, as does what they put there.
 */
export function bytesOfTapes(tapes: Iterable<Sizes>): TapeBytes {
  let [blockBytes, kept] = [0, 0]
  /** The most bytes of tensors that a tape puts into a workspace. */
  const passing = new Map<Tape['workspace'], number>()
  for (const { ownBytes, keptBytes, passingBytes, workspace } of tapes) {
    blockBytes += ownBytes
    kept += keptBytes
    passing.set(workspace, Math.max(passing.get(workspace) ?? 0, passingBytes))
  }
  const spaces = [...passing.keys()].map(({ bytes }) => bytes)
  return {
    all: sum(spaces, blockBytes),
    tensors: sum([...passing.values()], kept),
    largestWorkspace: Math.max(0, ...spaces),
  }
}

const sum = (values: readonly number[], from: number): number =>
  values.reduce((total, each) => total + each, from)
