/// Why a user's file is not changed.
package enum EditRefusal: Error, Hashable, Sendable {
    /// No `server` of `http` has the name.
    case noServer(name: String)
    /// Nothing listens on the port that CAs ask at.
    case nothingListens(port: Int)
    /// Whether the server has the name depends on a regular expression that cannot be judged.
    case undecided(name: String, regex: String, SourcePlace)
    /// The server has several certificates, as for RSA and ECDSA.
    case severalCertificates([SourcePlace])
    /// The path has variables, or is none.
    case specialValue(String, SourcePlace)
    /// The certificate is named in a file that other servers include too.
    case sharedFile(SourcePlace, others: [SourcePlace])
    /// The server has a certificate for more names than the new one is for.
    case otherNames([String], SourcePlace)
    /// The server sends everything to https, and none is there for that.
    case onlyRedirects(name: String, SourcePlace)
    /// Another answer for the CA's requests is in place.
    case challengeLocation(SourcePlace)
    /// Every request, a CA's too, is decided here before locations are looked at.
    case decidedEarlier(String, SourcePlace)
    /// The directive has to be changed, and cannot be: it is included, or says more than one thing.
    case fixedDirective(String, SourcePlace)
    /// Another server has the name too, by https or on the plain port.
    case twoServers(SourcePlace, other: SourcePlace)
    /// Another program writes the file again.
    case generated(file: String, by: String)
    /// What has to be written cannot be said in nginx's syntax.
    case unwritable(String)
}

/// What a person should know although the work is done.
package enum EditReport: Hashable, Sendable {
    /// The server also has these names, which are not in the certificate.
    case uncovered([String], SourcePlace)
    /// On that socket another server answers for the name.
    case answeredByDefault(name: String, socket: String, SourcePlace)
    /// `http` has a certificate too; it stays for the other servers.
    case overridesHTTP(SourcePlace)
    /// The server has settings for TLS, and keeps them.
    case keptTLSSettings(SourcePlace)
    /// The `return` of the server now stands in `location /`, so that the challenge is before it.
    case movedReturn(SourcePlace)
    /// The server sends to https already.
    case redirectsAlready(SourcePlace)
}
