/** Values by key, of which only the most recently used are kept. */
export interface Recent<K, V> {
  /** Returns a value, which counts as use. */
  get(key: K): V | undefined
  /**
   * Stores a value, which also counts as use. If there are too many, the least recently used value is
   * dropped.
   */
  set(key: K, value: V): void
}

/** Keeps `most` values. `forgotten` is called with each value that is dropped. */
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
