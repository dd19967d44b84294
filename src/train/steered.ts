import type { Intervention } from '../config/intervention-schema.js'
import { withInterventions } from '../config/interventions.js'
import type { LoopContext } from './context.js'

/** The part of a training's progress that holds its changes of settings, in order. */
export interface Steered {
  interventions: Intervention[]
}

/**
 * A training's context whose settings follow the interventions in its progress. `section` is the section of the
 * configuration that holds the settings.
 */
export function steered<Context extends { readonly options: object }>(
  context: Context,
  progress: Steered,
  section: 'search' | 'retrain',
): Context {
  let known: { list: readonly Intervention[]; count: number; options: Context['options'] } | undefined
  return {
    ...context,
    get options() {
      const list = progress.interventions
      if (known?.list !== list || known.count !== list.length)
        known = { list, count: list.length, options: withInterventions(context.options, list, [section]) }
      return known.options
    },
  }
}

/** Records interventions and emits their events. */
export function intervene(
  { progress, context }: { readonly progress: Steered; readonly context: Pick<LoopContext, 'emit'> },
  interventions: readonly Intervention[],
): void {
  for (const each of interventions) {
    progress.interventions.push(each)
    context.emit({ type: 'intervention', ...each })
  }
}
