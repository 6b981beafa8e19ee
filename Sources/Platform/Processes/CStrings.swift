import Glibc

/// Lends `body` an array of C strings with a null behind the last.
func withCStrings<Result>(
    _ strings: [String],
    _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result
) -> Result {
    let copies = unsafe strings.map { unsafe strdup($0) }
    defer {
        for index in unsafe copies.indices {
            unsafe free(copies[index])
        }
    }
    return unsafe (copies + [nil]).withUnsafeBufferPointer { strings in
        guard let first = strings.baseAddress else { preconditionFailure("there is a null in it") }
        return unsafe body(first)
    }
}
