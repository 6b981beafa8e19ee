/// The part of a name that a registrar sells, as CAs count certificates by it.
package enum RegisteredDomain {
    /// Guesses it from the name alone: two labels, or three where the last two look like a registry's
    /// own, as in `co.uk`.
    ///
    /// The list that CAs go by changes every week. Where the guess is too long fewer certificates are
    /// counted together than the CA counts, and its refusal is what is gone by.
    package static func guess(_ name: String) -> String {
        let labels = name.split(separator: ".")
        guard labels.count > 2, let last = labels.last, last.first?.isNumber == false else {
            // An IPv4 address is one for itself.
            return name
        }
        let second = labels[labels.count - 2]
        let isRegistry = last.count == 2 && second.count <= 3
        return labels.suffix(isRegistry ? 3 : 2).joined(separator: ".")
    }
}
