// Whether the worker in this container answers at its port for metrics: the health check of its image.
const { ok } = await fetch('http://127.0.0.1:9464/health', { signal: AbortSignal.timeout(5000) })
process.exit(ok ? 0 : 1)
