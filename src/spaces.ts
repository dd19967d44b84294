/**
 * The search spaces as functions of their options: `dartsCell({ cells: 2 })`.
 *
 * @module sentei/spaces
 */
import { autoencoderMlp as autoencoderMlpSpace } from '../supernets/autoencoder-mlp.js'
import { dartsCell as dartsCellSpace } from '../supernets/darts-cell.js'
import { dartsS1 as dartsS1Space } from '../supernets/darts-s1.js'
import { dartsS2 as dartsS2Space } from '../supernets/darts-s2.js'
import { dartsS3 as dartsS3Space } from '../supernets/darts-s3.js'
import { dartsS4 as dartsS4Space } from '../supernets/darts-s4.js'
import { darts as dartsSpace } from '../supernets/darts.js'
import { mlpCell as mlpCellSpace } from '../supernets/mlp-cell.js'
import { mobileChain as mobileChainSpace } from '../supernets/mobile-chain.js'
import { nasBench201 as nasBench201Space } from '../supernets/nas-bench-201.js'
import { nasBenchMacro as nasBenchMacroSpace } from '../supernets/nas-bench-macro.js'
import { temporalConv as temporalConvSpace } from '../supernets/temporal-conv.js'
import { chooser } from './supernet/space.js'

export const autoencoderMlp = chooser(autoencoderMlpSpace)
export const darts = chooser(dartsSpace)
export const dartsCell = chooser(dartsCellSpace)
export const dartsS1 = chooser(dartsS1Space)
export const dartsS2 = chooser(dartsS2Space)
export const dartsS3 = chooser(dartsS3Space)
export const dartsS4 = chooser(dartsS4Space)
export const mlpCell = chooser(mlpCellSpace)
export const mobileChain = chooser(mobileChainSpace)
export const nasBench201 = chooser(nasBench201Space)
export const nasBenchMacro = chooser(nasBenchMacroSpace)
export const temporalConv = chooser(temporalConvSpace)
