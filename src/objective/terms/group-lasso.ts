import * as tf from '@tensorflow/tfjs-core'
import type { GateGroup } from '../../supernet/types.js'
import { needsProximal } from './needs-proximal.js'
import type { ByGroup, Term } from './types.js'

/**
 * R = Σ_b ‖g_b‖₂ over blocks b of a layer's gates (group lasso, Yuan & Lin 2006). A block is something that
 * the layer can lose as a whole:
 *
 * - an operation, on all edges of the layer: the gates of its name;
 * - a state, for all nodes that read it: the gates of the inputs `state→…`;
 * - a unit by itself, where it is |g| as in l1.
 *
 * The norm of a whole normalised group would be nearly constant; these blocks run across groups, so every
 * group keeps its sum. E edges that choose the same operation cost √E together, E edges that each choose
 * another operation cost E. The term acts by its proximal operator, v_b ← (1 − strength / ‖z₊‖)₊ z₊: weak
 * blocks lose the larger share, which normalisation gives to the strong ones, until a block is 0 on all edges
 * at once.
 */
export const groupLasso: Term = {
  name: 'group-lasso',
  description:
    'Σ ‖g‖₂ over blocks across a layer’s groups (an operation on all edges, a state for all its readers): closes whole blocks; unit: none',
  gates: {
    value: ({ groups, mixture }) => {
      const z = new Map(groups.map(({ name }) => [name, mixture(name)]))
      const squares = blockSquares(z, groups)
      return [...squares.values()]
        .map((square) => tf.sqrt(square))
        .reduce((sum, norm) => tf.add(sum, norm)) as tf.Scalar
    },
    proximal(z, strength, groups) {
      const open = new Map([...z].map(([name, gates]) => [name, tf.relu(gates)]))
      const norms = new Map(
        [...blockSquares(open, groups)].map(([block, square]) => [block, tf.sqrt(square)]),
      )
      return new Map(
        groups.map((group) => {
          const memberNorms = tf.concat(
            blocksOf(group).map((block) => tf.reshape<tf.Rank.R1>(norms.get(block)!, [1])),
          )
          const left = tf.relu(tf.sub(1, tf.div(strength(group.name), tf.maximum(memberNorms, 1e-20))))
          return [group.name, tf.mul<tf.Tensor1D>(open.get(group.name)!, left)]
        }),
      )
    },
    selects: 'groups',
    refuses: needsProximal('group-lasso', 'entropy or hoyer'),
  },
}

/** The block of each member of a group. */
function blocksOf({ name, kind, members }: GateGroup): string[] {
  const key = {
    operations: (m: string) => m,
    inputs: (m: string) => m.split('→')[0]!,
    units: (m: string) => `${name} ${m}`,
  }
  return members.map((member) => `${kind} ${key[kind](member.name)}`)
}

/** Σ g² of each block. */
function blockSquares(gates: ByGroup, groups: readonly GateGroup[]): Map<string, tf.Tensor> {
  const squares = new Map<string, tf.Tensor>()
  for (const group of groups) {
    const memberSquares = tf.square(gates.get(group.name)!)
    blocksOf(group).forEach((block, place) => {
      const square = tf.reshape(tf.slice(memberSquares, [place], [1]), [])
      const before = squares.get(block)
      squares.set(block, before ? tf.add(before, square) : square)
    })
  }
  return squares
}
