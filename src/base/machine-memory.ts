import { totalmem } from 'node:os'

/**
 * The bytes of memory that this process may take: those of the machine, or of its container if that has
 * fewer.
 */
export const machineMemory = (): number => {
  const limit = process.constrainedMemory()
  return limit > 0 ? Math.min(totalmem(), limit) : totalmem()
}
