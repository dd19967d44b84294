/** Lets what waits have its turn: signals, timers, messages. Asked for every few steps by whatever computes for long. */
export const nextTurn = (): Promise<void> =>
  new Promise((resolve) => {
    if (typeof setImmediate === 'function') setImmediate(resolve)
    else setTimeout(resolve, 0)
  })
