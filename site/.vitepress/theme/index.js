// The default theme with the fonts of the reader's system, which are there already.
import theme from 'vitepress/theme-without-fonts'
import './style.css'

export default theme
