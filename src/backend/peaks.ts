export { measurePeaks, type Peaks } from 'sentei-kernels/node'
