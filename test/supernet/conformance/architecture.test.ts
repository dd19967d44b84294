import { architecturesConform } from './architecture.js'
import { sample } from './table.js'

architecturesConform(sample)
