import { controller } from './controller.js'
import { genetic } from './genetic.js'
import { hypergradient } from './hypergradient.js'
import type { AnyPlanner } from './types.js'

/** The registry of planners: one file and one line each. */
export const planners: readonly AnyPlanner[] = [controller, hypergradient, genetic]
