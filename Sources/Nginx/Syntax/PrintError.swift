/// A directive built by hand that no text says.
package enum PrintError: Error, Equatable {
    case zeroByte([UInt8])
    /// The word would not fit nginx's buffer.
    case tooLong([UInt8])
    /// A directive of that name has another kind of block.
    case wrongBody(of: [UInt8])
    /// The code would end before or after its block.
    case unbalancedLua([UInt8])
    case tooDeep(limit: Int)
}
