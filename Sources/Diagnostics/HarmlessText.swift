extension String {
    /// This text made safe to print: what a CA, a file or a program said may hold terminal escape
    /// sequences, forged lines or text that runs right to left.
    ///
    /// Control and formatting characters become `·`, line breaks become spaces, and what goes
    /// beyond `limit` characters is cut and marked with `…`.
    package func harmless(limit: Int = 2000) -> String {
        var text = ""
        var count = 0
        for scalar in unicodeScalars {
            guard count < limit else { return text + "…" }
            text.unicodeScalars.append(scalar.harmless)
            count += 1
        }
        return text
    }
}

extension Unicode.Scalar {
    fileprivate var harmless: Unicode.Scalar {
        switch properties.generalCategory {
        case .control: self == "\n" || self == "\r" || self == "\t" ? " " : "·"
        case .lineSeparator, .paragraphSeparator: " "
        case .format, .privateUse, .surrogate, .unassigned: "·"
        default: self
        }
    }
}
