import { dartsSpace } from '../src/supernet/darts.js'

/** RobustDARTS's space S3 (Zela et al., arXiv:1909.09656): nothing, a skip or a separable convolution. */
export const dartsS3 = dartsSpace({
  name: 'darts-s3',
  description: 'RobustDARTS S3: nothing, a skip or a separable convolution on every edge (arXiv:1909.09656)',
  operations: () => ['none', 'skip', 'sep-conv-3x3'],
})
