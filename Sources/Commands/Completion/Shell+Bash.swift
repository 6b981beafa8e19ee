extension Shell {
    static let bashScript = #"""
        # Completes certctl's command lines in bash. Made by: certctl completion bash
        _certctl() {
            local word line=$COMP_LINE typed=() answer=() current kept=
            # certctl's words are the shell's; bash has also parted them at = and at colons.
            for word in "${COMP_WORDS[@]:0:COMP_CWORD+1}"; do
                if ((${#typed[@]})) && [[ $line != [[:blank:]]* ]]; then
                    typed[${#typed[@]}-1]+=$word
                else
                    typed+=("$word")
                fi
                line=${line#"${line%%[![:blank:]]*}"}
                line=${line#"$word"}
            done
            # As the shell will pass them on: without quotes, with the home directory.
            typed=("${typed[@]//[\"\'\\]/}")
            for word in "${!typed[@]}"; do
                [[ ${typed[word]} != '~/'* ]] || typed[word]=$HOME/${typed[word]:2}
            done
            current=${typed[${#typed[@]}-1]}
            mapfile -t answer < <(command "${typed[0]}" complete -- "${typed[@]:1}" 2>/dev/null)
            COMPREPLY=()
            case ${answer[0]-} in
                files*) compopt -o default ;;
                directories*) compopt -o dirnames ;;
                words)
                    # What bash has parted off stays as it is.
                    for word in = :; do
                        if [[ $COMP_WORDBREAKS == *"$word"* && $current == *"$word"* ]]; then
                            kept=${current%"${current##*"$word"}"}
                        fi
                    done
                    for line in "${answer[@]:1}"; do
                        word=${line%%$'\t'*}
                        [[ $word == "$current"* ]] || continue
                        [[ $word != *[=:] ]] || compopt -o nospace
                        COMPREPLY+=("${word#"$kept"}")
                    done
                    ;;
            esac
        }
        complete -F _certctl certctl

        """#
}
