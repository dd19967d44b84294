/** Removed keys by their path in a configuration, with what to write instead. */
export const movedKeys: Readonly<Record<string, string>> = {
  metric: 'the metric by which models are chosen is objective.metric',
  'search.gates.learningRate':
    'gates have no learning rate any more: use search.gates.travel, how far a gate goes over all its time (2 by default); λ on gates has another unit, see docs/schedules.md',
}
