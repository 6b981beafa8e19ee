/// A shell that can complete certctl's command lines.
///
/// The scripts know nothing of the commands: they hand the line to `certctl complete` and show
/// what it replies. So all three complete the same, and always what that certctl can do.
enum Shell: String, CaseIterable {
    case bash
    case zsh
    case fish

    /// Where such a script is looked for.
    var place: String {
        switch self {
        case .bash: "share/bash-completion/completions/certctl"
        case .zsh: "share/zsh/site-functions/_certctl"
        case .fish: "share/fish/vendor_completions.d/certctl.fish"
        }
    }

    var script: String {
        switch self {
        case .bash: Self.bashScript
        case .zsh: Self.zshScript
        case .fish: Self.fishScript
        }
    }
}
