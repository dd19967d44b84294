import type { Memory } from './arena.js'

/** Memory for what a recording computes and frees again before it ends. */
export interface Workspace {
  /** A multiple of 16. */
  readonly address: number
  readonly bytes: number
}

/**
 * Lends workspaces to recordings. Since recordings run one after another, and nothing in a workspace outlives
 * a run, they share one, as long as it is large enough for each of them.
 */
export interface Workspaces {
  /** A workspace of at least `bytes` bytes: the newest one, or if that is too small, a new one. */
  lend(bytes: number): Workspace
  /** Takes a workspace back. It is freed when everybody has given it back. */
  giveBack(workspace: Workspace): void
}

export function workspaces({ malloc, free }: Pick<Memory, 'malloc' | 'free'>): Workspaces {
  const users = new Map<Workspace, number>()
  const blocks = new Map<Workspace, number>()
  let newest: Workspace | undefined
  const allocate = (bytes: number): Workspace => {
    const block = malloc(bytes + 16)
    const workspace = { address: Math.ceil(block / 16) * 16, bytes }
    blocks.set(workspace, block)
    return workspace
  }
  return {
    lend(bytes) {
      if (!newest || newest.bytes < bytes) newest = allocate(bytes)
      users.set(newest, (users.get(newest) ?? 0) + 1)
      return newest
    },
    giveBack(workspace) {
      const left = users.get(workspace)! - 1
      users.set(workspace, left)
      if (left > 0) return
      free(blocks.get(workspace)!)
      users.delete(workspace)
      blocks.delete(workspace)
      if (newest === workspace) newest = undefined
    },
  }
}
