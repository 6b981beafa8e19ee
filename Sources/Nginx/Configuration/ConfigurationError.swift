/// Files that are no whole configuration.
package enum ConfigurationError: Error, Equatable {
    /// A file that nginx would not read either.
    case syntax(file: String, SyntaxError)
    /// A file begins with a mark that only editors for Windows write; nginx takes it for a part of
    /// the first directive's name.
    case byteOrderMark(file: String)
    /// A file that is there cannot be had; the reason is the caller's, who reads the files.
    case unreadable(file: String, reason: String)
    /// The main file, or one that is named without `*`, `?` or `[`, is not there.
    case missing(file: String, includedAt: SourcePlace?)
    /// A file includes itself, perhaps by way of others.
    case includeCycle(file: String, includedAt: SourcePlace)
    /// Files include files deeper than anyone would write.
    case tooDeep(at: SourcePlace, limit: Int)
    /// Includes of includes make more of it than anyone would write.
    case tooLarge(limit: Int)
    /// What should be the output of `nginx -T` does not begin with the name of a file.
    case notADump
    /// A line may begin the file, or only look like it and be part of the file before.
    case ambiguousDump(file: String, line: Int)
}
