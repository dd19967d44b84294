import { dartsSpace } from '../src/supernet/darts.js'

/** RobustDARTS's space S2 (Zela et al., arXiv:1909.09656): a skip or a separable convolution. */
export const dartsS2 = dartsSpace({
  name: 'darts-s2',
  description: 'RobustDARTS S2: a skip or a separable convolution on every edge (arXiv:1909.09656)',
  operations: () => ['skip', 'sep-conv-3x3'],
})
