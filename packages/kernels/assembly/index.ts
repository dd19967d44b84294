export { packActivated, packImage, packPanels, packPlanes, packTaps, unpackTaps } from './pack'
export { productRows } from './product'
export { transposedProduct, unpackBlocks } from './transposed-product'
export { depthwiseImage } from './depthwise'
export { depthwiseFilterImage } from './depthwise-filter'
export { avgPoolGradientImage } from './avg-pool'
export { maxPoolGradientImage } from './max-pool'
export { batchNormInput, batchNormSums, normaliseRows } from './batch-norm'
export { addStatistics, closeStatistics } from './batch-statistics'
export { spreadMiddle, sumMiddle } from './reduce'
export {
  addInto,
  copyRows,
  gateGradients,
  maskAndSumRows,
  maskRows,
  reluGradient,
  scaleBy,
  scaleTo,
  turn,
  weightedSum,
} from './elementwise'
export { activationGradient } from './activation-gradient'
export { atLeast, combine, largest, step, transform } from './arithmetic'
export { crossEntropy, differenceLoss, softmaxRows } from './losses'
export { normAffineGradients, normFactors, normGateGradient, normSlopes, roundDouble } from './norm-slope'
export { poolImage } from './pool'
export { adamStep, blendStep, sgdStep, squaredNorm } from './optimizer'
export { mixRows, plainMember } from './mix'
export { tanh } from './tanh'
export { clear, fill } from './clear'
export { liftInputTiles } from './winograd-input'
export { liftOutputTiles, lowerOutputTiles } from './winograd-output'
export { liftKernels, lowerKernels } from './winograd-kernel'
export { stackedProducts, stackedTransposedProducts } from './stacked-products'
export { liftFilters, liftSeries, lowerFilters, lowerSeries } from './fourier-series'
