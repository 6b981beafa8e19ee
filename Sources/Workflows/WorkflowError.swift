package import FoundationEssentials

/// What an operator asked for that cannot be.
package enum WorkflowError: Error, Equatable {
    /// The lineage exists for other names.
    case otherNames(lineage: String, existing: [String], asked: [String])
    /// The first name cannot name a lineage.
    case unusableLineageName(String)
    /// An nginx configuration on this host names the lineage's files.
    case inUse(lineage: String, by: [LineageUse])
    /// Two certificates of one command would have the same name.
    case sameLineage(String)
    /// That CA has nothing to rehearse with.
    case noStaging(authority: String)
    /// That CA takes other reasons for a revocation.
    case reasonNotAccepted(String, authority: String, accepted: [String])
    /// A request made elsewhere for a lineage whose key nginx uses.
    case requestForNginx(lineage: String, include: String)
    /// A request made elsewhere whose key's certificate was called back.
    case revokedKey(lineage: String)
    /// The key that a revocation is to be signed with is somebody else's.
    case keyNotHere(lineage: String)
    /// The lineage has no certificate, or none with what is needed.
    case noCertificate(lineage: String, reason: String)
    /// The files of the newest certificate are gone, and the one before it had better not be used.
    case onlyOutdated(lineage: String, generation: String, reason: String)
    /// The lineage was never issued, and there is nothing to renew; for these names it was asked for.
    case notIssued(lineage: String, names: [String])
    /// There are more files than any nginx has, so that who uses the lineage cannot be told.
    case tooManyFiles(lineage: String, below: String)
    /// What was published is not so any more after the hooks have run.
    case changedByHook(lineage: String, path: String)
    /// A limit of the CA leaves no room for the order.
    case limitReached(LimitReached)
    /// The CA was down a moment ago, and is left alone until then.
    case authorityDown(authority: String, reason: String, until: Date)
    /// Something is still to be done for a certificate to be in use, has failed, and is tried again then.
    case deploymentWaits(tries: Int, reason: String, until: Date)
    /// The CA that is to stand in has no account, and there is nobody to agree to its terms.
    case fallbackUnready(authority: String, command: String)
    /// The CA allows the account no order until then.
    case accountHeld(authority: String, until: Date)

    /// Whether the CA was not asked because it is not the time to.
    var isHold: Bool {
        switch self {
        case .limitReached, .authorityDown, .accountHeld: true
        default: false
        }
    }
}
