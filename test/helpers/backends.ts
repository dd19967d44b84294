import { useBackend, type BackendName } from '../../src/backend/index.js'

/** Those of some backends that work here; one line says why another does not. */
export async function backendsThatLoad(names: readonly BackendName[]): Promise<BackendName[]> {
  const loading: BackendName[] = []
  for (const name of names)
    try {
      await useBackend(name)
      loading.push(name)
    } catch (error) {
      console.warn(`not tested: ${(error as Error).message}`)
    }
  return loading
}
