#!/usr/bin/env zsh
# Types command lines into a real, interactive shell on a terminal of its own, and says what its completion makes of each.
#
#   complete.zsh bash|zsh PLACE all <LINES    for each line: the line with all matches put in, as the shell has it then
#   complete.zsh bash|zsh PLACE tab <LINES    for each line: what a press of the tab key makes of it
#   complete.zsh bash|zsh PLACE list LINE     all that the terminal shows when the matches are listed
#
# PLACE is a script that bash reads, or the folder in which zsh finds it. The shell runs where this was started, with its HOME and PATH.
emulate -R zsh
zmodload zsh/zpty zsh/zselect || exit 1
work=$(mktemp -d) || exit 1
trap 'zpty -d shell 2>/dev/null; rm -rf $work' EXIT

# Both shells get keys that list all matches (^L), put them in (^A), and write the line down (^B), whole when it has its name.
case $1 in
    bash)
        cat >$work/rc <<RC
            PS1=; HISTFILE=; source ${(q)2}
            keep() { printf '%s\n' "\$READLINE_LINE" >$work/new && mv $work/new $work/line; }
            bind 'set completion-query-items 0'; bind 'set bell-style none'
            bind '"\C-l": possible-completions'; bind '"\C-a": insert-completions'; bind -x '"\C-b": keep'
            touch $work/ready
RC
        command=(bash --noprofile --rcfile $work/rc -i) ;;
    zsh)
        cat >$work/.zshrc <<RC
            PS1=; HISTFILE=; LISTMAX=1000; fpath=(${(q)2} \$fpath)
            autoload -Uz compinit && compinit -D -u
            keep() { print -r -- "\$BUFFER" >$work/new && mv $work/new $work/line; }
            zle -N keep; bindkey '^B' keep
            zle -C all complete-word _generic; bindkey '^A' all; bindkey '^L' list-choices
            zstyle ':completion:all:*' completer _all_matches _complete
            zstyle ':completion:all:*' insert true
            touch $work/ready
RC
        command=(env ZDOTDIR=$work zsh -d -i) ;;
    *) exit 2 ;;
esac

await() { # FILE   up to 10 s; what the terminal shows is read on the way, or the shell would stand still
    local i
    for ((i = 0; i < 500; i++)); do
        while zpty -rt shell piece; do screen+=$piece; done
        [[ -e $1 ]] && return 0
        zselect -t 2
    done
    print -ru2 -- "complete.zsh: no answer; the terminal shows: $screen"
    exit 1
}
zpty -b shell "TERM=dumb COLUMNS=200 ${(j: :)${(@q)command}}" || exit 1
await $work/ready
if [[ $3 = list ]]; then
    screen=
    zpty -wn shell "$4"$'\C-l\C-b'
    await $work/line
    print -r -- $screen
    exit
fi
key=$'\C-a'; [[ $3 = all ]] || key=$'\t'
while IFS= read -r line; do
    # ^U clears the line.
    zpty -wn shell $'\C-u'"$line$key"$'\C-b'
    await $work/line
    cat $work/line
    rm $work/line
done
