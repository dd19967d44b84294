import { gradientsConform } from './gradients.js'
import { sample } from './table.js'

gradientsConform(sample)
