/// One target of a `Link` field, as in `<https://ca.test/terms>;rel="terms-of-service"`.
///
/// Source: RFC 8288 §3.
package struct LinkHeader: Equatable, Sendable {
    /// What stands between the angle brackets.
    package let target: String
    /// The relation types, in lower case.
    package let relations: [String]

    /// Reads one field value, which may hold several links joined by commas.
    ///
    /// A link that cannot be read ends the list: what follows it has no certain boundary.
    package static func parse(_ value: String) -> [LinkHeader] {
        var links: [LinkHeader] = []
        var rest = value[...]
        while let open = rest.firstIndex(of: "<"), let close = rest[open...].firstIndex(of: ">") {
            let target = rest[rest.index(after: open)..<close]
            rest = rest[rest.index(after: close)...]
            let parameters = takeParameters(from: &rest)
            let relation = parameters.first { $0.name == "rel" }?.value ?? ""
            let relations = relation.lowercased().split(separator: " ").map(String.init)
            links.append(LinkHeader(target: String(target), relations: relations))
        }
        return links
    }

    /// Takes the parameters of one link from the front of `rest`, up to and with the comma.
    private static func takeParameters(
        from rest: inout Substring
    ) -> [(name: String, value: String)] {
        var parameters: [(name: String, value: String)] = []
        var text = ""
        var isQuoted = false
        while let character = rest.popFirst() {
            if isQuoted && character == "\\" {
                // RFC 9110 §5.6.4: what follows stands for itself.
                if let escaped = rest.popFirst() { text.append(escaped) }
            } else if character == "\"" {
                isQuoted.toggle()
            } else if !isQuoted && (character == ";" || character == ",") {
                parameters.append(split(text))
                text = ""
                if character == "," { return parameters }
            } else {
                text.append(character)
            }
        }
        parameters.append(split(text))
        return parameters
    }

    private static func split(_ parameter: String) -> (name: String, value: String) {
        let parts = parameter.split(separator: "=", maxSplits: 1)
        let name = parts.first.map { $0.filter { $0 != " " }.lowercased() } ?? ""
        return (name, parts.count == 2 ? String(parts[1].drop { $0 == " " }) : "")
    }
}

extension HTTPResponse {
    /// The targets of all links of one relation type, in the order of the message.
    package func links(_ relation: String) -> [String] {
        headers.all("link").flatMap(LinkHeader.parse).filter { $0.relations.contains(relation) }
            .map(\.target)
    }
}
