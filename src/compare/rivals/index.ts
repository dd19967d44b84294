import type { RivalName } from '../../config/comparison-schema.js'
import { grid } from './grid.js'
import { magnitude } from './magnitude.js'
import { minirocket } from './minirocket.js'
import { mlp } from './mlp.js'
import { random } from './random.js'
import { realmlp } from './realmlp.js'
import { resnet } from './resnet.js'
import type { Rival } from './types.js'
import { unpruned } from './unpruned.js'

/** Methods of a comparison that are not scheduled searches, by the names that a document uses. */
export const rivals: Readonly<Record<RivalName, Rival>> = {
  unpruned,
  magnitude,
  random,
  mlp,
  realmlp,
  minirocket,
  resnet,
  grid,
}
