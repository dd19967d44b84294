import { costOf, type Cost } from '../nn/cost.js'
import { withoutDeadNodes } from '../nn/transform.js'
import type { Supernet } from './types.js'

/** What a supernet's task output costs: a decoder, which no derived network has, is not counted. */
export const taskCost = ({ graph }: Supernet): Cost => costOf(withoutDeadNodes(graph, ['task']))
