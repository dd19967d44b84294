import type { Clocks } from '../trial/rehearsal.js'

/** The clocks of this process: `busy` is the processor time of all its threads. */
export const processClocks: Clocks = {
  wall: () => performance.now(),
  busy: () => {
    const { user, system } = process.cpuUsage()
    return (user + system) / 1000
  },
}
