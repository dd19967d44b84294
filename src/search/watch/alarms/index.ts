import { collapse } from './collapse.js'
import { deadLayer } from './dead-layer.js'
import { dominance } from './dominance.js'
import { stuck } from './stuck.js'
import type { Alarm } from './types.js'
import { undecided } from './undecided.js'

/** The registry of alarms: one file and one line each. */
export const alarms: readonly Alarm[] = [collapse, dominance, deadLayer, stuck, undecided]
