/// A command line that cannot be understood.
enum UsageError: Error, Equatable {
    case unknownCommand(String, suggestion: String?)
    case unknownOption(String, suggestion: String?)
    case repeatedOption(String)
    case missingValue(String, placeholder: String)
    case unexpectedValue(String)
    /// A value that the option does not take; `allowed` says which it takes.
    case unusableValue(option: String, value: String, allowed: String)
    case noNames
    case tooManyNames(Int, limit: Int)
    case wrongOperands(usage: String)
    /// A file that an option names cannot be used.
    case unusableFile(option: String, path: String, reason: String)
    /// The directory is so deep that no socket fits below it.
    case homeTooLong(String, limit: Int)
    /// This version does only a part of what the command is for.
    case notYet(command: String, instead: String)
    /// Only root may use the installed store.
    case needsRoot(command: String)
}
