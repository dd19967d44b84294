import type { Exported } from '../types.js'
import type { CriterionKind } from './types.js'

/** A figure of the model as it is exported. */
export const exportedCriterion = (figure: (exported: Exported) => number, remedy: string): CriterionKind => ({
  onRows: false,
  async measure({ exported }) {
    const found = await exported()
    return { value: found && figure(found) }
  },
  remedy,
})
