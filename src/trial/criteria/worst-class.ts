import { metricOn, rowsBy, worstBy } from './rows.js'
import type { CriterionKind } from './types.js'

/** The accuracy on the rows of the class that has the lowest: its recall. */
export const worstClass: CriterionKind = {
  only: 'classes',
  onRows: true,
  keys: ['rows'],
  measure(model, { split, rows: fewest = 1 }) {
    const { dataset, splits } = model.data
    const classes = dataset.task.kind === 'classification' ? dataset.task.classes : []
    const recalls = [...rowsBy(splits[split], (row) => dataset.targets[row]!)]
      .filter(([, rows]) => rows.length >= fewest)
      .map(([place, rows]) => ({
        where: `class ${classes[place]}`,
        value: metricOn(model, 'accuracy', rows)!,
      }))
    return worstBy('accuracy', recalls)
  },
  remedy: 'bring more rows of that class, or train longer (retrain.epochs)',
}
