import type { Device } from './device.js'

/** Work that needs scratch memory: the sizes of its areas in bytes, and the function that uses them. */
export interface Plan<Work> {
  readonly sizes: readonly number[]
  /** Prepares the areas and returns the work, which is valid until scratch memory is requested again. */
  readonly open: (areas: readonly number[]) => Work
}

/** Declares a plan: the sizes of its areas in bytes, and the function that receives their addresses. */
export const plan = <Work, const Sizes extends readonly number[]>(
  sizes: Sizes,
  open: (areas: { readonly [K in keyof Sizes]: number }) => Work,
): Plan<Work> => ({ sizes, open: open as Plan<Work>['open'] })

/** Opens several plans whose areas are used at the same time. */
export function openPlans<Works extends readonly unknown[]>(
  device: Device,
  ...plans: { readonly [K in keyof Works]: Plan<Works[K]> }
): Works {
  const areas = device.scratch(...plans.flatMap(({ sizes }) => sizes))
  return plans.map(({ sizes, open }) => open(areas.splice(0, sizes.length))) as unknown as Works
}

/** A plan of a single area, whose work is its address. */
export const areaOf = (bytes: number): Plan<number> => plan([bytes], ([area]) => area)
