extension Shell {
    static let zshScript = #"""
        #compdef certctl
        # Completes certctl's command lines in zsh. Made by: certctl completion zsh
        _certctl() {
            local word line prefix entry
            local -a typed answer plain open
            # As the shell will pass them on: without quotes, with the home directory.
            for word in "${(@Q)words[1,CURRENT-1]}"; do
                [[ $word != '~/'* ]] || word=$HOME/${word#'~/'}
                typed+=("$word")
            done
            answer=("${(@f)$(
                command "$typed[1]" complete -- "${(@)typed[2,-1]}" "${(Q)PREFIX}" 2>/dev/null
            )}")
            prefix=${answer[1]#* }
            case $answer[1] in
                files*)
                    compset -P "${(b)prefix}"
                    _files
                    ;;
                directories*)
                    compset -P "${(b)prefix}"
                    _files -/
                    ;;
                words)
                    for line in "${(@)answer[2,-1]}"; do
                        word=${line%%$'\t'*}
                        entry=${word//:/\\:}
                        [[ $line != *$'\t'?* ]] || entry+=:${line#*$'\t'}
                        if [[ $word == *[=:] ]]; then open+=("$entry"); else plain+=("$entry"); fi
                    done
                    _describe -t certctl certctl plain -- open -S ''
                    ;;
                *) return 1 ;;
            esac
        }
        # Loaded by name when it is first needed, or read by `source`.
        if [[ $funcstack[1] == _certctl ]]; then _certctl "$@"; else compdef _certctl certctl; fi

        """#
}
