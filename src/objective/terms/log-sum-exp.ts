import * as tf from '@tensorflow/tfjs-core'
import { eachGroup } from './each-group.js'
import type { Term } from './types.js'

/**
 * R = log Σ exp(α_m − ᾱ): β-decay (β-DARTS, arXiv:2203.01665, eq. 15) on logits minus their mean, because
 * softmax ignores a common summand and the term must do so too. Its gradient is softmax(α) − 1/M. It is a
 * safeguard against a member that runs away early, not a way to sparsity. R is log M if all are equal.
 */
export const logSumExp: Term = {
  name: 'log-sum-exp',
  description: 'log Σ exp(α − mean α): β-decay, holds logits together early in a search; unit: nats',
  gates: {
    value: eachGroup((_mixture, { name }, { alpha }) => {
      const logits = alpha(name)
      return tf.logSumExp(tf.sub(logits, tf.mean(logits)))
    }),
    selects: 'groups',
    refuses({ name, step, competes }) {
      if (step === 'proximal')
        return `${name} are weights, not logits; use relaxation softmax or gumbel-softmax`
      if (!competes)
        return `${name} logits do not compete, so their sum of exponentials says nothing; use zero-one`
      return undefined
    },
  },
}
