/** Values by key, of which only those that were used last are kept. */
export interface Recent<K, V> {
  /** Counts as use. */
  get(key: K): V | undefined
  /** Counts as use, too; forgets the value that was not used for longest where there are too many. */
  set(key: K, value: V): void
}

/** Keeps `most` values; `forgotten` is called with each that goes. */
export function recent<K, V>(most: number, forgotten: (value: V) => void = () => undefined): Recent<K, V> {
  const values = new Map<K, V>()
  const set = (key: K, value: V): void => {
    values.delete(key)
    values.set(key, value)
    if (values.size <= most) return
    const [oldest, gone] = values.entries().next().value!
    values.delete(oldest)
    forgotten(gone)
  }
  return {
    get(key) {
      const value = values.get(key)
      if (value !== undefined) set(key, value)
      return value
    },
    set,
  }
}
