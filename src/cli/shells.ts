import { files } from './command.js'

/**
 * The completion script of each shell. All of them ask the program itself (`--complete WORD …`), which prints
 * one line per suggestion: the word and, after a tab, its meaning.
 */
export const shells: Readonly<Record<string, string>> = {
  bash: `# Completion of sentei for bash. In ~/.bashrc: source <(sentei completion bash)
_sentei() {
  local word file typed=\${COMP_WORDS[COMP_CWORD]}
  [[ $typed == '=' ]] && typed=
  COMPREPLY=()
  while IFS=$'\\t' read -r word _; do
    if [[ $word == '${files}' ]]; then
      compopt -o default -o filenames
      while IFS= read -r file; do COMPREPLY+=("$file"); done < <(compgen -f -- "$typed")
    else
      COMPREPLY+=("$word")
    fi
  done < <("\${COMP_WORDS[0]}" --complete "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _sentei sentei`,

  zsh: `#compdef sentei
# Completion of sentei for zsh. In ~/.zshrc, behind compinit: source <(sentei completion zsh)
_sentei() {
  local line word meaning
  local -a found
  local -a lines=("\${(@f)$("\${words[1]}" --complete "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  compset -P '--*='
  for line in $lines; do
    [[ -n $line ]] || continue
    word=\${line%%$'\\t'*}
    meaning=\${line#$word}
    if [[ $word == '${files}' ]]; then _files; else found+=("\${word//:/\\\\:}\${meaning:+:\${meaning#$'\\t'}}"); fi
  done
  (( \${#found} )) && _describe sentei found
}
if [[ \${zsh_eval_context[-1]} == loadautofunc ]]; then _sentei "$@"; else compdef _sentei sentei; fi`,

  fish: `# Completion of sentei for fish. In ~/.config/fish/config.fish: sentei completion fish | source
function __sentei_complete
  set -l before (commandline -opc)
  set -l typed (commandline -ct)
  set -l name (string match -r -- '^--[^=]+=' $typed)
  for line in ($before[1] --complete $before[2..-1] "$typed" 2>/dev/null)
    if test "$line" = '${files}'
      for file in (__fish_complete_path (string replace -- "$name" '' "$typed"))
        echo "$name$file"
      end
    else
      echo "$name$line"
    end
  end
end
complete -c sentei -f -a '(__sentei_complete)'`,
}
