import { dartsSpace } from '../src/supernet/darts.js'

/** RobustDARTS's space S4 (Zela et al., arXiv:1909.09656): noise, which no search should keep, or a separable convolution. */
export const dartsS4 = dartsSpace({
  name: 'darts-s4',
  description:
    'RobustDARTS S4: noise or a separable convolution on every edge: a search must not keep noise (arXiv:1909.09656)',
  operations: () => ['noise', 'sep-conv-3x3'],
})
