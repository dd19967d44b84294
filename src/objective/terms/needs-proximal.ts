import type { GateAction } from './types.js'

/** Tells why a term that acts by a proximal operator is refused if α is not stepped proximally. */
export const needsProximal =
  (name: string, instead: string): GateAction['refuses'] =>
  ({ name: relaxation, step, competes }) => {
    if (step === 'proximal') return undefined
    return competes
      ? `weights of ${relaxation} sum to a constant and never reach 0, so ${name} has nothing to take away; use ${instead}, or relaxation gates`
      : `the proximal operator of ${name} would act on logits, whose zeros are weights of one half; use ${instead}, or relaxation gates`
  }
