import type { Device } from './device.js'

/** Work that needs scratch: the sizes of its areas in bytes, and what it does once it has them. */
export interface Plan<Work> {
  readonly sizes: readonly number[]
  /** Sets the areas up and returns what can be done with them until the next request for scratch. */
  readonly open: (areas: readonly number[]) => Work
}

/** Declares a plan: areas of so many bytes each, and what is done with their addresses. */
export const plan = <Work, const Sizes extends readonly number[]>(
  sizes: Sizes,
  open: (areas: { readonly [K in keyof Sizes]: number }) => Work,
): Plan<Work> => ({ sizes, open: open as Plan<Work>['open'] })

/** Opens plans that work side by side. */
export function openPlans<Works extends readonly unknown[]>(
  device: Device,
  ...plans: { readonly [K in keyof Works]: Plan<Works[K]> }
): Works {
  const areas = device.scratch(...plans.flatMap(({ sizes }) => sizes))
  return plans.map(({ sizes, open }) => open(areas.splice(0, sizes.length))) as unknown as Works
}

/** An area of so many bytes. */
export const areaOf = (bytes: number): Plan<number> => plan([bytes], ([area]) => area)
