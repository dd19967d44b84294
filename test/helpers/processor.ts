/**
 * A clock of the seconds that the processor has worked for this process since now: what a test may take,
 * whatever else the machine does.
 */
export function processorClock(): () => number {
  const start = process.cpuUsage()
  return () => {
    const { user, system } = process.cpuUsage(start)
    return (user + system) / 1e6
  }
}
