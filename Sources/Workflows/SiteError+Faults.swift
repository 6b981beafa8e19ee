import Diagnostics
import Settings

/// Faults of a block that is written nowhere yet: what is wrong is what was typed.
extension SiteError {
    /// The options that say what directives say, where they have other names.
    private static let options = ["auth_basic_user_file": "auth-file"]

    static func diagnosis(of faults: [SettingsFault]) -> Diagnosis {
        let all = faults.map(explanation)
        guard let first = all.first else { preconditionFailure("there is at least one fault") }
        let others = all.dropFirst().map { "\n  and: \($0.what): \($0.why); \($0.fix)" }
        return Diagnosis(
            what: first.what,
            why: first.why,
            fix: first.fix + others.joined(),
            exitCode: .configuration
        )
    }

    private static func explanation(
        of fault: SettingsFault
    ) -> (what: String, why: String, fix: String) {
        let usual = fault.explanation
        let cannot = "the site cannot be as asked for: \(usual.what)"
        return switch fault {
        case .unusableValue(let name, let value, _, _), .unusableForm(let name, let value, _):
            (
                "\(flag(name)) cannot be '\(value.harmless(limit: 100))'", usual.why, usual.fix
            )
        case .incomplete(_, lacks: "to"):
            ("the site leads nowhere", usual.why, "say where requests go: --to HOST:PORT")
        case .unfit(let name, let kind):
            ("\(flag(name)) makes no sense with --kind \(kind)", usual.why, "leave one of them out")
        case .unguardedRegistry:
            (
                usual.what, usual.why,
                "give --auth-file PATH; or, if all the world may: --public"
            )
        default: (cannot, usual.why, usual.fix)
        }
    }

    private static func flag(_ directive: String) -> String {
        "--\(options[directive] ?? directive)".harmless(limit: 100)
    }
}
