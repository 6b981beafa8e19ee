/// What an operator asked for that cannot be.
package enum WorkflowError: Error, Equatable {
    /// The lineage exists for other names.
    case otherNames(lineage: String, existing: [String], asked: [String])
    /// The first name cannot name a lineage.
    case unusableLineageName(String)
    /// An nginx configuration on this host names the lineage's files.
    case inUse(lineage: String, by: [String])
    /// There are more files than any nginx has, so that who uses the lineage cannot be told.
    case tooManyFiles(lineage: String, below: String)
}
