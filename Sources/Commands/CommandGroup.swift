/// What a command is about; the help shows commands of one group together.
enum CommandGroup: CaseIterable, Sendable {
    case certificates
    case accounts
    case machine
    case program

    var title: String {
        switch self {
        case .certificates: "certificates"
        case .accounts: "accounts at CAs"
        case .machine: "this machine"
        case .program: "certctl itself"
        }
    }
}
