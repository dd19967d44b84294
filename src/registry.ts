import { autoencoderMlp } from '../supernets/autoencoder-mlp.js'
import { dartsCell } from '../supernets/darts-cell.js'
import { dartsS1 } from '../supernets/darts-s1.js'
import { dartsS2 } from '../supernets/darts-s2.js'
import { dartsS3 } from '../supernets/darts-s3.js'
import { dartsS4 } from '../supernets/darts-s4.js'
import { darts } from '../supernets/darts.js'
import { mlpCell } from '../supernets/mlp-cell.js'
import { mobileChain } from '../supernets/mobile-chain.js'
import { nasBench201 } from '../supernets/nas-bench-201.js'
import { nasBenchMacro } from '../supernets/nas-bench-macro.js'
import { temporalConv } from '../supernets/temporal-conv.js'
import { presets } from './presets.js'
import type { AnySpace } from './supernet/space.js'

/** The registry of search spaces: one file and one line each. */
export const spaces: readonly AnySpace[] = [
  dartsCell,
  darts,
  dartsS1,
  dartsS2,
  dartsS3,
  dartsS4,
  nasBench201,
  nasBenchMacro,
  mobileChain,
  temporalConv,
  mlpCell,
  autoencoderMlp,
]

/** Names of the schedule presets in `schedules/`: one JSON file each. */
export const presetNames = (): string[] => Object.keys(presets)

/** The text of a preset's document. */
export const readPreset = (name: string): string => presets[name]!

export { terms } from './objective/terms/index.js'
export { planners } from './planners/index.js'
