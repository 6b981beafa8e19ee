extension String {
    /// The directory that a file of this path is in.
    package var parentDirectory: String {
        lastIndex(of: "/").map { $0 == startIndex ? "/" : String(self[..<$0]) } ?? "."
    }
}
