/// What is wrong with a file of passwords; nginx itself does not mind before it is asked.
package enum PasswordTrouble: Equatable, Sendable {
    /// Nothing is at that path of this host.
    case missing(path: String)
    /// Something else than a file is there.
    case notFile(path: String)
    /// The user that nginx's workers run as may not read or pass what is there; the command lets it.
    case unreadable(path: String, user: UInt32, command: String)
    /// No mount shows it, and the container has none either.
    case notMounted(path: String)
    /// No mount shows it, and it is there all the same.
    case inContainer(path: String)
}

extension PasswordTrouble: CustomStringConvertible {
    package var description: String {
        switch self {
        case .missing(let path):
            "auth_basic_user_file: there is no \(path), and every password is refused with 403: put "
                + "the file there"
        case .notFile(let path):
            "auth_basic_user_file: \(path) is no file, and every password is refused: put one there, "
                + "or correct the path"
        case .unreadable(let path, let user, let command):
            "auth_basic_user_file: nginx's workers, which run as user \(user), may not read "
                + "\(path), and every password gets 500: \(command)"
        case .notMounted(let path):
            "auth_basic_user_file: nginx's container has no \(path), and no mount shows it one: "
                + "every password is refused with 403. Mount the directory that the file is in"
        case .inContainer(let path):
            "auth_basic_user_file: no mount shows \(path): unless it is in the image, it is lost when "
                + "the container is made anew"
        }
    }
}
