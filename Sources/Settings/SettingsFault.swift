package import ACME
package import Nginx

/// What can be wrong in certctl.conf.
package enum SettingsFault: Error, Equatable {
    case syntax(SyntaxError.Reason)
    /// The file begins with a mark that only editors for Windows write.
    case byteOrderMark
    /// A word is no UTF-8, or has control characters.
    case unreadable
    case unknownDirective(String, in: SettingsContext, suggestion: String?)
    case misplaced(String, in: SettingsContext, belongsIn: [SettingsContext])
    /// A directive of nginx stands among those of certctl.
    case nginxDirective(String, in: SettingsContext)
    case duplicate(String, first: SourcePosition)
    case missingSemicolon(before: String)
    case wrongArgumentCount(String, usage: String)
    case missingBlock(String, usage: String)
    case unexpectedBlock(String, usage: String)
    case unusableValue(of: String, value: String, allowed: String, suggestion: String?)
    /// A value is not written as it has to be, and none of those that could be listed is meant.
    case unusableForm(of: String, value: String, form: String)
    /// What is at a path cannot be used for what the directive wants it for.
    case unusablePath(of: String, String, String)
    case unusableName(DomainNameError)
    case tooManyNames(Int, limit: Int)
    case repeatedName(String, first: SourcePosition)
    /// Two certificates would have one name in certctl.
    case repeatedLineage(String, first: SourcePosition)
    /// A block lacks something that it cannot do without.
    case incomplete(String, lacks: String)
    case conflict(String, with: String)
    /// A site of that kind has no use for the directive.
    case unfit(String, kind: String)
    /// Anyone could write to the registry, and the file does not say that this is meant.
    case unguardedRegistry
    /// nginx could read certctl's own secrets there.
    case exposesSettings(directory: String)
}
