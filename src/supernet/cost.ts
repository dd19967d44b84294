import { costOf, type Cost } from '../nn/cost.js'
import { withoutDeadNodes } from '../nn/transform.js'
import type { Supernet } from './types.js'

/** The cost of a supernet's task output. A decoder is not counted, since no derived network has one. */
export const taskCost = ({ graph }: Supernet): Cost => costOf(withoutDeadNodes(graph, ['task']))
