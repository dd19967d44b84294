/** The arrays whose names begin with a prefix, by their names without it. */
export function withPrefix(
  arrays: ReadonlyMap<string, Float32Array>,
  prefix: string,
): Map<string, Float32Array> {
  return new Map(
    [...arrays]
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, v]) => [name.slice(prefix.length), v]),
  )
}

/** A map with a prefix before each name. */
export const prefixed = (
  prefix: string,
  values: ReadonlyMap<string, Float32Array>,
): [string, Float32Array][] => [...values].map(([name, v]) => [`${prefix}${name}`, v])
