/// Whether browsers are told to use nothing but https from now on.
///
/// Source: RFC 6797.
package enum TransportSecurity: Equatable, Sendable {
    /// The header is not sent.
    case off
    /// For that many seconds; what goes beyond the host itself cannot be taken back quickly.
    case on(seconds: Int, includesSubdomains: Bool, isPreloaded: Bool)

    /// The words of the directive, for people.
    static let forms = "off, or a time such as 1d or 1y, includeSubDomains, preload"
    /// What browsers' lists ask for.
    private static let leastPreloadedSeconds = 31_536_000
    private static let units: [Character: Int] = [
        "s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800, "y": 31_536_000,
    ]

    /// The words that are switches.
    static let options = ["includeSubDomains", "preload"]

    /// Reads the arguments of `hsts`; `nil` for what says nothing, or cannot be.
    init?(_ words: [String]) {
        guard words != ["off"] else {
            self = .off
            return
        }
        let options = words.dropFirst()
        guard let seconds = words.first.flatMap(Self.seconds), Set(options).count == options.count,
            options.allSatisfy(Self.options.contains)
        else { return nil }
        let isPreloaded = options.contains("preload")
        let includesSubdomains = options.contains("includeSubDomains")
        if isPreloaded {
            guard includesSubdomains, seconds >= Self.leastPreloadedSeconds else { return nil }
        }
        self = .on(
            seconds: seconds,
            includesSubdomains: includesSubdomains,
            isPreloaded: isPreloaded
        )
    }

    /// Reads a time of up to a hundred years, as nginx writes it.
    static func seconds(_ text: String) -> Int? {
        let unit = text.last.flatMap { units[$0] }
        let digits = unit == nil ? text[...] : text.dropLast()
        guard !digits.isEmpty, digits.utf8.allSatisfy(\.isASCIIDigit), let number = Int(digits),
            number <= 3_153_600_000
        else { return nil }
        let seconds = number * (unit ?? 1)
        return seconds <= 3_153_600_000 ? seconds : nil
    }
}
