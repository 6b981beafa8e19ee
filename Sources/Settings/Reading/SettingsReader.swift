import Nginx

/// Makes settings of a file, and collects all that is wrong with it on the way.
package struct SettingsReader {
    /// How many findings are told; one mistake can lead to many.
    private static let mostFindings = 20
    /// How many are kept to choose the first ones from.
    private static let mostKept = 1000

    let names: NameRules
    let source: SourceFile
    private let path: String
    /// Where the file is.
    let directory: String
    private let lines: LineIndex
    private var findings: [(offset: Int, fault: SettingsFault)] = []
    private var omitted = 0
    /// Where each host and each lineage was named first.
    var hosts: [String: Int] = [:]
    var lineages: [String: Int] = [:]

    /// Reads the bytes of a certctl.conf, or throws everything that is wrong with it, up to a bound.
    ///
    /// Relative paths in it begin from the directory of `path`, which is absolute.
    package static func read(
        _ bytes: [UInt8],
        path: String,
        names: NameRules
    ) throws(SettingsError) -> Settings {
        let source: SourceFile
        do throws(SyntaxError) {
            source = try Parser.parse(bytes)
        } catch {
            let finding = SettingsError.Finding(
                position: error.position,
                fault: .syntax(error.reason)
            )
            throw SettingsError(file: path, findings: [finding])
        }
        var reader = SettingsReader(source, path, names)
        let settings = reader.settings()
        try reader.finish()
        return settings
    }

    private init(_ source: SourceFile, _ path: String, _ names: NameRules) {
        self.source = source
        self.path = path
        directory = String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
        self.names = names
        lines = LineIndex(source.bytes)
    }

    /// Notes that the token which begins at `offset` is wrong.
    ///
    /// Beyond the bound the fault is only counted, and not even made: suggestions take time.
    mutating func note(_ fault: @autoclosure () -> SettingsFault, at offset: Int) {
        guard findings.count < Self.mostKept else {
            omitted += 1
            return
        }
        findings.append((offset, fault()))
    }

    /// Notes that a word is wrong.
    mutating func note(_ fault: @autoclosure () -> SettingsFault, at word: Word) {
        note(fault(), at: word.span.lowerBound)
    }

    func position(of offset: Int) -> SourcePosition { lines.position(of: offset) }

    private func finish() throws(SettingsError) {
        guard !findings.isEmpty else { return }
        // `sorted` keeps the order of equal offsets.
        let told = findings.sorted { $0.offset < $1.offset }.prefix(Self.mostFindings)
        throw SettingsError(
            file: path,
            findings: told.map {
                SettingsError.Finding(position: position(of: $0.offset), fault: $0.fault)
            },
            omitted: findings.count - told.count + omitted
        )
    }
}
