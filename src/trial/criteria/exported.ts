import type { ExportedModel } from '../types.js'
import type { CriterionKind } from './types.js'

/** A figure of the model as it is exported. */
export const exportedCriterion = (
  figure: (exported: ExportedModel) => number,
  remedy: string,
): CriterionKind => ({
  onRows: false,
  async measure({ exported }) {
    const model = await exported()
    return { value: model && figure(model) }
  },
  remedy,
})
