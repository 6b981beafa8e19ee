extension Certificate {
    /// Whether it is for `host`, a host name or an IP address, as clients see it.
    ///
    /// A wildcard stands for exactly one label, the first.
    ///
    /// Source: RFC 9525 §6.3; RFC 5280 §7.2.
    package func covers(_ host: String) -> Bool {
        if let address = IPAddress(host) { return ipAddresses.contains(address) }
        let host = host.lowercased()
        let dot = host.firstIndex(of: ".").flatMap { $0 == host.startIndex ? nil : $0 }
        let parent = dot.map { host[$0...] }
        return dnsNames.contains { name in
            name == host || name.hasPrefix("*.") && parent.map { name.dropFirst() == $0 } ?? false
        }
    }
}
