import type { WasmKernel } from '../kernel.js'
import { batchNormGradient, batchStatistics, normalise } from './batch-norm.js'
import { conv2d, conv2dFilterGradient, conv2dInputGradient } from './conv.js'
import { convNorm, convNormGradient } from './conv-norm.js'
import { arithmetic } from './arithmetic.js'
import { concatFeatures, slice, splitFeatures } from './concat.js'
import { crop, cropGradient } from './crop.js'
import { activatedDepthwise, activatedDepthwiseGradient } from './activated-depthwise.js'
import { depthwise, depthwiseFilterGradient, depthwiseInputGradient } from './depthwise.js'
import { mix, mixGradient } from './mix.js'
import { separable, separableGradient } from './separable.js'
import { activationGradient, gateGradients, reluGradient, scaleBy, weightedSum } from './elementwise.js'
import { matMul } from './mat-mul.js'
import { crossEntropy, differenceLoss, softmax } from './losses.js'
import { avgPool, avgPoolGrad, avgPoolGradient, maxPool, maxPoolGradient } from './pool.js'
import { mean, spread, sum } from './reduce.js'
import { tanh } from './tanh.js'

/** Every kernel that we add to the wasm backend or replace in it. */
export const kernels: readonly WasmKernel[] = [
  conv2d,
  conv2dInputGradient,
  conv2dFilterGradient,
  convNorm,
  convNormGradient,
  depthwise,
  depthwiseInputGradient,
  depthwiseFilterGradient,
  activatedDepthwise,
  activatedDepthwiseGradient,
  separable,
  separableGradient,
  maxPoolGradient,
  avgPoolGradient,
  avgPoolGrad,
  batchStatistics,
  normalise,
  batchNormGradient,
  matMul,
  sum,
  mean,
  spread,
  reluGradient,
  activationGradient,
  weightedSum,
  gateGradients,
  scaleBy,
  tanh,
  mix,
  mixGradient,
  concatFeatures,
  crop,
  cropGradient,
  slice,
  splitFeatures,
  avgPool,
  maxPool,
  crossEntropy,
  differenceLoss,
  softmax,
  ...arithmetic,
]
