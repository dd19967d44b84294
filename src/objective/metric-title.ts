/** The least precision, or recall, at which the metrics of the other one are taken unless something says otherwise. */
export const usualLeast = 0.9

const atLeastOf = ['recall-at-precision', 'precision-at-recall']

/** A metric as tables call it, with the value at which it is taken: `recall-at-precision 0.9`. */
export const metricTitle = (metric: string): string =>
  atLeastOf.includes(metric) ? `${metric} ${usualLeast}` : metric
