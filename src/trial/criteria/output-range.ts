import type { CriterionKind } from './types.js'

/** The smallest (`sign` −1) or largest (1) value that the model gives for any row, of any output or of one. */
export const outputRange = (sign: 1 | -1): CriterionKind => ({
  only: 'numbers',
  onRows: true,
  keys: ['output'],
  misfit({ output }, { dataset: { task } }) {
    const outputs = task.kind === 'classification' ? [] : task.outputs
    if (output === undefined || outputs.includes(output)) return undefined
    return `output: expected one of ${outputs.join(', ')}, got ${JSON.stringify(output)}`
  },
  measure({ data: { dataset, splits }, outputs }, { split, output }) {
    const names = dataset.task.kind === 'classification' ? [] : dataset.task.outputs
    let best: { value: number; where: string } | undefined
    outputs(splits[split]).forEach((value, i) => {
      const where = names[i % names.length]!
      if (output !== undefined && where !== output) return
      if (best === undefined || !(sign * value <= sign * best.value)) best = { value, where }
    })
    return best ?? { value: null }
  },
  remedy: 'train longer (retrain.epochs), or clip what the model says where it is used',
})
