/** Lets what waits have its turn: signals, timers, messages. Asked for every few steps by whatever computes for long. */
export const nextTurn = (): Promise<void> =>
  new Promise((resolve) => {
    if (typeof setImmediate === 'function') setImmediate(resolve)
    else if (typeof MessageChannel === 'function') throughMessage(resolve)
    else setTimeout(resolve, 0)
  })

/** Browsers let timers that set each other wait for 4 ms, messages not at all. */
function throughMessage(resolve: () => void): void {
  const { port1, port2 } = new MessageChannel()
  const onmessage = () => {
    port1.close()
    resolve()
  }
  Object.assign(port1, { onmessage })
  port2.postMessage(null)
}
