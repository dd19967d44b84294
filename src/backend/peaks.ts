export { measurePeaks, type Peaks } from './wasm/peaks.js'
