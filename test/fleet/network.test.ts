import { once } from 'node:events'
import { connect, createServer, type AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { proxies } from './network.js'

test('a proxy that is cut passes nothing on, and all of it once it is mended', async () => {
  const echo = createServer((socket) => void socket.pipe(socket)).listen(0, '127.0.0.1')
  await once(echo, 'listening')
  const network = await proxies(1, (echo.address() as AddressInfo).port)
  const [link] = network.links
  const client = connect(link!.port, link!.host)
  let heard = ''
  client.on('data', (bytes) => (heard += String(bytes)))
  client.write('a')
  await once(client, 'data')
  link!.cut()
  client.write('b')
  await new Promise((resolve) => setTimeout(resolve, 300))
  expect(heard).toBe('a')
  link!.mend()
  await once(client, 'data')
  expect(heard).toBe('ab')
  client.destroy()
  network.dispose()
  echo.close()
})
