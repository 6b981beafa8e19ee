package import Diagnostics

extension AccountError: Diagnosable {
    package var diagnosis: Diagnosis {
        let (what, why, fix, exitCode) = explanation
        return Diagnosis(what: what, why: why, fix: fix, exitCode: exitCode)
    }

    private var explanation: (what: String, why: String, fix: String, exitCode: ExitCode) {
        switch self {
        case .noAccount(let authority):
            return (
                "there is no account with \(authority)", "none was registered or found here",
                "certctl account register --ca … makes one; certctl account show lists those that "
                    + "there are", .configuration
            )
        case .otherKey(let authority):
            return (
                "there is an account with \(authority) already", "it has another key",
                "certctl account deactivate ends it; or keep another store with --home DIR",
                .configuration
            )
        case .emailRequired(let authority):
            return (
                "\(authority) needs an e-mail address",
                "without one it refuses the order at its very end",
                "run the same command with --email ADDRESS", .usage
            )
        case .bindingRequired(let authority, let advice):
            return (
                "\(authority) makes accounts only for customers that it knows",
                "it requires external account binding: a key identifier and an HMAC key",
                "\(advice); then run the same command with --eab-kid KID --eab-hmac-file FILE",
                .usage
            )
        case .unusableSecret(let path, let reason):
            let file = path.harmless(limit: 300)
            return (
                "the secret in \(file) cannot be used", reason,
                "write the HMAC key as the CA shows it into the file, and: chmod 600 '\(file)'",
                .configuration
            )
        case .unreadableSecret(let path, let user):
            let file = path.harmless(limit: 300)
            return (
                "the secret in \(file) cannot be used",
                "user \(user), who speaks to the CA, may not read it",
                "let it be root's and readable for the group of that user, in a folder that the user "
                    + "may pass through: sudo install -m 640 -g \"$(id -gn \(user))\" '\(file)' /etc/certctl/",
                .configuration
            )
        case .keyChangeNotOffered(let authority):
            return (
                "\(authority) does not exchange the keys of accounts",
                "it is known to refuse that",
                "certctl account deactivate --ca \(authority), then certctl account register",
                .refused
            )
        case .keyInRequest:
            return (
                "the request to sign is for the account's own key",
                "whoever has the certificate's key could then act for the account (RFC 8555 §11.1)",
                "make another key, and the request with that", .configuration
            )
        }
    }
}
