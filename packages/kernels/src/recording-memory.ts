import type { Memory } from './arena.js'
import { refuse } from './recorder.js'
import type { Rehearsed } from './rehearsal.js'
import type { Workspace, Workspaces } from './workspace.js'

const ownSizes = ({ layout, tapeBytes, constantBytes }: Rehearsed): number[] => [
  layout().keptBytes,
  tapeBytes,
  constantBytes,
]
const sharedSizes = ({ layout, scratchBytes }: Rehearsed): number[] => [layout().passingBytes, scratchBytes]
const total = (sizes: readonly number[]): number =>
  sizes.reduce((sum, size) => sum + Math.ceil(size / 16) * 16, 16)

/** The bytes that a recording of rehearsed work takes: of a block of its own, and of a workspace. */
export const recordingBytes = (rehearsed: Rehearsed): { exclusive: number; shared: number } => ({
  exclusive: total(ownSizes(rehearsed)),
  shared: total(sharedSizes(rehearsed)),
})

/** The memory of a recording: a block of its own, a workspace, and the areas in them, by their addresses. */
export interface RecordingMemory {
  readonly blockBytes: number
  readonly workspace: Workspace
  readonly areas: Readonly<Record<'results' | 'tape' | 'constants' | 'passing' | 'scratch', number>>
  /** Whether an address lies in the block. */
  readonly holds: (address: number) => boolean
  /** Whether it lies in the block or the workspace. */
  readonly owns: (address: number) => boolean
  readonly dispose: () => void
}

/** Allocates the memory of a recording. Throws NotRecordable if there is too little. */
export function recordingMemory(memory: Memory, spaces: Workspaces, rehearsed: Rehearsed): RecordingMemory {
  const { exclusive, shared } = recordingBytes(rehearsed)
  const workspace = orRefuse(shared, () => spaces.lend(shared))
  const block = orRefuse(
    exclusive,
    () => memory.malloc(exclusive),
    () => spaces.giveBack(workspace),
  )
  const [results, tape, constants] = starts(block, ownSizes(rehearsed))
  const [passing, scratch] = starts(workspace.address, sharedSizes(rehearsed))
  const holds = (address: number): boolean => isIn(address, block, exclusive)
  return {
    blockBytes: exclusive,
    workspace,
    areas: { results: results!, tape: tape!, constants: constants!, passing: passing!, scratch: scratch! },
    holds,
    owns: (address) => holds(address) || isIn(address, workspace.address, shared),
    dispose() {
      memory.free(block)
      spaces.giveBack(workspace)
    },
  }
}

const isIn = (address: number, from: number, size: number): boolean =>
  address >= from && address < from + size

/** What `allocate` returns. If there is too little memory, it calls `undo` and throws NotRecordable. */
function orRefuse<T>(bytes: number, allocate: () => T, undo?: () => void): T {
  try {
    return allocate()
  } catch {
    undo?.()
    return refuse(`a pass that takes ${Math.ceil(bytes / 2 ** 20)} MB more than there are`)
  }
}

/** The addresses of consecutive areas of the given sizes in a block, each a multiple of 16. */
function starts(block: number, sizes: readonly number[]): number[] {
  let at = Math.ceil(block / 16) * 16
  return sizes.map((size) => {
    const start = at
    at += Math.ceil(size / 16) * 16
    return start
  })
}
