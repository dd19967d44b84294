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
export const pluginKit = {
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

export type PluginKit = typeof pluginKit
