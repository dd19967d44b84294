// Writes the sources in dist/ that are generated.
import './taps.js'
import './products.js'
import './replay.js'
