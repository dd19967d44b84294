/** Lets waiting signals, timers and messages run. Long computations call it every few steps. */
export const nextTurn = (): Promise<void> =>
  new Promise((resolve) => {
    if (typeof setImmediate === 'function') setImmediate(resolve)
    else if (typeof MessageChannel === 'function') throughMessage(resolve)
    else setTimeout(resolve, 0)
  })

/** Browsers delay nested timers by 4 ms, but not messages. */
function throughMessage(resolve: () => void): void {
  const { port1, port2 } = new MessageChannel()
  const onmessage = () => {
    port1.close()
    resolve()
  }
  Object.assign(port1, { onmessage })
  port2.postMessage(null)
}
