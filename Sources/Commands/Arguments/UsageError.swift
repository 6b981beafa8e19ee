/// A command line that cannot be understood.
enum UsageError: Error, Equatable {
    case unknownCommand(String, suggestion: String?)
    /// A command with actions knows only these.
    case unknownAction(String, of: String, known: [String], suggestion: String?)
    case unknownOption(String, suggestion: String?)
    case repeatedOption(String)
    case missingValue(String, placeholder: String)
    case unexpectedValue(String)
    /// A value that the option does not take; `allowed` says which it takes.
    case unusableValue(option: String, value: String, allowed: String)
    /// A value is not written as it has to be.
    case unusableForm(option: String, value: String, form: String)
    case noNames
    case tooManyNames(Int, limit: Int)
    case tooManyCertificates(Int, limit: Int)
    /// Two options that exclude each other, without their hyphens.
    case contradiction(String, String)
    /// What belongs together was not given together.
    case incomplete(String, fix: String)
    /// The request of `--csr` is for these names, and others were given.
    case otherNamesInRequest([String])
    /// An option that means nothing to the action, and those that it means something to.
    case uselessOption(String, action: String, useful: [String])
    case wrongOperands(usage: String)
    /// A file that an option names cannot be used.
    case unusableFile(option: String, path: String, reason: String)
    /// This user may not read a file that an option names.
    case unreadableFile(option: String, path: String, user: UInt32)
    /// The directory is so deep that no socket fits below it.
    case homeTooLong(String, limit: Int)
    /// Only root may use the installed store.
    case needsRoot(command: String)
}
