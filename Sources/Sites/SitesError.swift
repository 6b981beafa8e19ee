package import Nginx

/// Sites that cannot be written as files for that nginx.
package enum SitesError: Error, Equatable {
    /// What is wrong with a path.
    package enum PathFault: Equatable, Sendable {
        /// nginx would put a variable in the place of `$…`.
        case variable
        /// nginx would take it as a pattern of many files.
        case pattern
        /// nginx would take what follows a colon for something else.
        case colon
        case relative
    }

    /// nginx was built without `http_ssl_module`.
    case withoutTLS
    /// The name of a certificate cannot stand in a path.
    case unusableLineage(String)
    /// Two sites have one certificate.
    case repeatedLineage(String)
    /// A name is that of two sites.
    case repeatedName(String)
    /// Another server has the name already, and nginx would heed only one of the two.
    case clash(name: String, port: UInt16, file: String)
    /// A server without a name takes what no other takes, only because it is the first.
    case hiddenDefault(port: UInt16, file: String)
    /// A site says nothing of where requests go.
    case withoutDestination(site: String)
    /// Anyone could write to a registry, and the site does not say that this is meant.
    case unguardedRegistry(site: String)
    /// Nobody would tell nginx the address of a host.
    case unresolvable(host: String, site: String)
    case unusablePath(String, PathFault)
    /// What is to be copied into the server block is no configuration.
    case raw(site: String, SyntaxError)
    /// What is to be copied has a location that the site has too.
    case repeatedLocation(String, site: String)
    /// A value that no configuration can hold.
    case unprintable(PrintError)
}
