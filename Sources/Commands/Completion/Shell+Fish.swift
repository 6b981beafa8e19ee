extension Shell {
    static let fishScript = #"""
        # Completes certctl's command lines in fish. Made by: certctl completion fish
        function __certctl_complete
            set -l typed
            # As the shell will pass them on: with the home directory.
            for word in (commandline -opc)
                if string match -q -- '~/*' $word
                    set word $HOME/(string sub -s 3 -- $word)
                end
                set -a typed $word
            end
            set -l program $typed[1]
            set -e typed[1]
            set -l current (commandline -ct)
            set -l answer (command $program complete -- $typed "$current" 2>/dev/null)
            set -l kind (string split -m 1 ' ' -- $answer[1])
            set -e answer[1]
            switch "$kind[1]"
                case words
                    for line in $answer
                        echo $line
                    end
                case files directories
                    set -l start (math (string length -- "$kind[2]") + 1)
                    set -l path (string sub -s $start -- "$current")
                    # What fish offers for a word of a command that it knows nothing of.
                    for line in (complete -C "'' $path")
                        if test $kind[1] = files; or string match -q -- '*/' $line
                            echo $kind[2]$line
                        end
                    end
            end
        end
        complete -c certctl -f -a '(__certctl_complete)'

        """#
}
