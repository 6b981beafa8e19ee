package import Deployment
import Nginx
package import Sites

/// Why sites cannot be served, beside what nginx and the engine say themselves.
package enum ProxyError: Error, Equatable {
    /// The container does not see what it has to: how to mount it, step by step.
    case notMounted(place: String, paths: [String], steps: [String], override: String?)
    /// certctl.conf names another directory than the one that is mounted where sites are read from.
    case otherMounted(place: String, target: String, mounted: String, wanted: String)
    /// A mounted file or directory was replaced since the container was started.
    case staleMount(place: String, StaleMount)
    /// nginx does not read the directory that sites are to be written to.
    case notIncluded(place: String, directory: String)
    /// The directory that this host's nginx usually includes from is not there.
    case noDirectory(place: String, path: String)
    /// What `nginx -V` says cannot be understood.
    case unknownBuild(place: String)
    /// What nginx runs with cannot be read; file, line, column and reason.
    case unreadableConfiguration(String)
    /// nginx tests its configuration and refuses it, in its own words.
    case refused(place: String, lines: [String])
    /// It refuses it since files that certctl has written are gone; by path on this host.
    case ownFilesMissing(place: String, paths: [String])
    /// nginx may not read a key.
    case unreadableKey(UnreadableKey)
    /// nginx could not be started for a key that it may read only now.
    case startsAgain(tool: String, container: String, group: UInt32?)
    /// nginx could not start without files of certctl's, which is mended; by path on this host.
    case startsWithFiles(tool: String, container: String, paths: [String])
    /// nginx was told to reload and did not, in the words of its log.
    case notReloaded(place: String, lines: [String])
    /// nginx was started anew while it was to reload.
    case restarted(place: String)
    /// Nothing on this host leads to nginx's port for https.
    case notPublished(place: String)
    /// A certificate is stored whose site cannot be served.
    case refusedSite(SitesError)
    /// A file of certctl's was changed by a person, or another's has its name.
    case changedByPerson(path: String, offer: String?)
}
