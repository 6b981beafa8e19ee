/// One element of DER that a test takes apart.
package struct DERElement: Equatable, Sendable {
    /// The first byte, with class and form.
    package let tag: UInt8
    /// The bytes after tag and length.
    package let content: [UInt8]
    /// Tag, length and content as they stood.
    package let encoded: [UInt8]

    /// Reads the element that `bytes` start with; `nil` when it is cut short.
    package init?(_ bytes: ArraySlice<UInt8>) {
        guard bytes.count >= 2 else { return nil }
        let first = bytes[bytes.startIndex + 1]
        let lengthBytes = first < 0x80 ? 0 : Int(first & 0x7f)
        guard lengthBytes <= 4, bytes.count >= 2 + lengthBytes else { return nil }
        let header = bytes.prefix(2 + lengthBytes)
        let length = first < 0x80 ? Int(first) : header.dropFirst(2).reduce(0) { $0 << 8 | Int($1) }
        guard bytes.count >= header.count + length else { return nil }
        tag = bytes[bytes.startIndex]
        content = Array(bytes.dropFirst(header.count).prefix(length))
        encoded = Array(bytes.prefix(header.count + length))
    }

    /// Reads the element that `bytes` start with; `nil` when it is cut short.
    package init?(_ bytes: [UInt8]) {
        self.init(bytes[...])
    }

    /// The elements that the content consists of, up to the first that cannot be read.
    package var children: [DERElement] {
        var children: [DERElement] = []
        var rest = content[...]
        while let child = DERElement(rest) {
            children.append(child)
            rest = rest.dropFirst(child.encoded.count)
        }
        return children
    }
}
