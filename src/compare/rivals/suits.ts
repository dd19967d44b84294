import type { Dataset, Encoding } from '../../data/types.js'

const fitting: Readonly<Record<Encoding['kind'], string>> = {
  table: 'mlp',
  images: 'resnet',
  series: 'minirocket',
  sequences: 'minirocket',
}

/** Refuses data of other kinds, with the rival that suits them. */
export const onlyFor =
  (...kinds: readonly Encoding['kind'][]) =>
  ({ encoding: { kind } }: Dataset): string | undefined =>
    kinds.includes(kind)
      ? undefined
      : `expected data of kind ${kinds.join(' or ')}, got ${kind}; take ${fitting[kind]}`
