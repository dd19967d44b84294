import { Type } from '@sinclair/typebox'
import * as tf from '@tensorflow/tfjs-core'
import { InputError } from '../../base/errors.js'
import { tableOf } from '../../data/content.js'
import { distribution, eachGroup } from '../../objective/terms/each-group.js'
import { expectedCost } from '../../objective/terms/expected-cost.js'
import { planner } from '../../planners/types.js'
import { spaces, terms } from '../../registry.js'
import { scheduleSource } from '../../schedule/source.js'
import { rules } from '../../search/decide/rules/index.js'
import { supernetBuilder } from '../../supernet/builder.js'
import { genotypeNotation } from '../../supernet/notations/genotype.js'
import { operationOf, operations } from '../../supernet/operations/index.js'
import { relaxations } from '../../supernet/relaxations/index.js'
import { searchSpace } from '../../supernet/space.js'

/**
 * What a plugin's function is given: the functions of which parts are made, so that its file may lie where no
 * package can be imported.
 */
export interface PluginKit {
  readonly tf: typeof tf
  readonly Type: typeof Type
  readonly InputError: typeof InputError
  readonly searchSpace: typeof searchSpace
  readonly supernetBuilder: typeof supernetBuilder
  readonly genotypeNotation: typeof genotypeNotation
  readonly operationOf: typeof operationOf
  readonly distribution: typeof distribution
  readonly eachGroup: typeof eachGroup
  readonly expectedCost: typeof expectedCost
  readonly planner: typeof planner
  readonly scheduleSource: typeof scheduleSource
  readonly tableOf: typeof tableOf
  readonly relaxations: typeof relaxations
  readonly rules: typeof rules
  readonly spaces: typeof spaces
  readonly operations: typeof operations
  readonly terms: typeof terms
}

/** The kit. */
export const pluginKit: PluginKit = {
  tf,
  Type,
  InputError,
  searchSpace,
  supernetBuilder,
  genotypeNotation,
  operationOf,
  distribution,
  eachGroup,
  expectedCost,
  planner,
  scheduleSource,
  tableOf,
  relaxations,
  rules,
  spaces,
  operations,
  terms,
}
